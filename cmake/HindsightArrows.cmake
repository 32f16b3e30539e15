# The architecture, as data: which folder may include which, and which folder owns which vendor.
# Read by hindsight_module() at configure time and by cmake/CheckIncludes.cmake, a test that scans every #include.
# The reasons are in docs/architecture.md.

set(HINDSIGHT_FOLDERS core ingest sampler model model/torch index query evaluation pipeline app world)

set(HINDSIGHT_MAY_USE_core        )
set(HINDSIGHT_MAY_USE_ingest      core)
set(HINDSIGHT_MAY_USE_sampler     core)
set(HINDSIGHT_MAY_USE_model       core)
set(HINDSIGHT_MAY_USE_model/torch core model)
set(HINDSIGHT_MAY_USE_index       core)
set(HINDSIGHT_MAY_USE_query       core model index)
set(HINDSIGHT_MAY_USE_evaluation core)
set(HINDSIGHT_MAY_USE_pipeline    core ingest sampler model index)
set(HINDSIGHT_MAY_USE_app         core ingest sampler model model/torch index query evaluation pipeline)
set(HINDSIGHT_MAY_USE_world       core ingest)

# A vendor: the #include paths that name it, the folders whose headers may, and the folders whose .cpp files may.
# Folders outside HINDSIGHT_FOLDERS (tests, examples, bench, training) may name any vendor.
set(HINDSIGHT_VENDORS fmt ffmpeg torch blas sqlite boost json xxhash cli11 doctest)

set(HINDSIGHT_VENDOR_fmt_PATTERN     "^fmt/")
set(HINDSIGHT_VENDOR_fmt_HEADERS     core)
set(HINDSIGHT_VENDOR_fmt_SOURCES     ${HINDSIGHT_FOLDERS})

set(HINDSIGHT_VENDOR_ffmpeg_PATTERN  "^lib(av|sw|postproc)[a-z]*/")
set(HINDSIGHT_VENDOR_ffmpeg_HEADERS  ingest)
set(HINDSIGHT_VENDOR_ffmpeg_SOURCES  ingest)

set(HINDSIGHT_VENDOR_torch_PATTERN   "^(torch|ATen|c10|caffe2)/")
set(HINDSIGHT_VENDOR_torch_HEADERS   model/torch)
set(HINDSIGHT_VENDOR_torch_SOURCES   model/torch)

set(HINDSIGHT_VENDOR_blas_PATTERN    "^(cblas|openblas|dnnl|oneapi)")
set(HINDSIGHT_VENDOR_blas_HEADERS    model/torch)
set(HINDSIGHT_VENDOR_blas_SOURCES    model/torch)

set(HINDSIGHT_VENDOR_sqlite_PATTERN  "^sqlite3")
set(HINDSIGHT_VENDOR_sqlite_HEADERS  )
set(HINDSIGHT_VENDOR_sqlite_SOURCES  index)

set(HINDSIGHT_VENDOR_boost_PATTERN   "^boost/")
set(HINDSIGHT_VENDOR_boost_HEADERS   )
set(HINDSIGHT_VENDOR_boost_SOURCES   )

set(HINDSIGHT_VENDOR_json_PATTERN    "^nlohmann/")
set(HINDSIGHT_VENDOR_json_HEADERS    )
set(HINDSIGHT_VENDOR_json_SOURCES    ingest model model/torch index query evaluation pipeline app world)

set(HINDSIGHT_VENDOR_xxhash_PATTERN  "^xxhash")
set(HINDSIGHT_VENDOR_xxhash_HEADERS  )
set(HINDSIGHT_VENDOR_xxhash_SOURCES  core)

set(HINDSIGHT_VENDOR_cli11_PATTERN   "^CLI/")
set(HINDSIGHT_VENDOR_cli11_HEADERS   app)
set(HINDSIGHT_VENDOR_cli11_SOURCES   app world)

set(HINDSIGHT_VENDOR_doctest_PATTERN "^doctest/")
set(HINDSIGHT_VENDOR_doctest_HEADERS )
set(HINDSIGHT_VENDOR_doctest_SOURCES )
