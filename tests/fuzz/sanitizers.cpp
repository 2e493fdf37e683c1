// How the sanitizer of memory runs in each target, unless ASAN_OPTIONS says otherwise.

/// Freed memory is watched for a few inputs and not for 256 MB of them, so that the same pages
/// serve again. Where it was allocated is told in two steps; malloc_context_size=30 tells all.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=4:thread_local_quarantine_size_kb=256:malloc_context_size=2";
}
