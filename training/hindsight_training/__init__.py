"""Training of the small model that ships: data, architecture, optimiser, figures."""
