#include "app/context.h"

namespace hindsight::app {

// One file a verb: app/verbs/<verb>.cpp defines add_<verb>().
void add_ask(CLI::App& root, Context& context);
void add_chat(CLI::App& root, Context& context);
void add_config(CLI::App& root, Context& context);
void add_doctor(CLI::App& root, Context& context);
void add_eval(CLI::App& root, Context& context);
void add_export(CLI::App& root, Context& context);
void add_gc(CLI::App& root, Context& context);
void add_info(CLI::App& root, Context& context);
void add_ingest(CLI::App& root, Context& context);
void add_ls(CLI::App& root, Context& context);
void add_model(CLI::App& root, Context& context);
void add_plan(CLI::App& root, Context& context);
void add_probe(CLI::App& root, Context& context);
void add_rm(CLI::App& root, Context& context);
void add_search(CLI::App& root, Context& context);
void add_summarize(CLI::App& root, Context& context);
void add_timeline(CLI::App& root, Context& context);
void add_tokenize(CLI::App& root, Context& context);
void add_verify(CLI::App& root, Context& context);
void add_verify_answer(CLI::App& root, Context& context);
void add_version(CLI::App& root, Context& context);

std::vector<AddVerb> all_verbs() {
  return {
      // the main job
      add_ingest,
      add_ask,
      add_search,
      add_verify_answer,
      add_chat,
      add_summarize,
      add_eval,
      // looking at a video
      add_probe,
      add_timeline,
      add_plan,
      // looking after the store
      add_ls,
      add_info,
      add_verify,
      add_export,
      add_rm,
      add_gc,
      // looking into a model
      add_model,
      add_tokenize,
      // the program itself
      add_config,
      add_doctor,
      add_version,
  };
}

}  // namespace hindsight::app
