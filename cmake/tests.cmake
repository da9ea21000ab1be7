# SPDX-License-Identifier: Apache-2.0
#
# Unit tests are beside their code and form one binary; shared code is in
# tests/support.

include(GoogleTest)
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)

# Each test is a process of its own. With sanitizers, whose processes are slow
# to start, each process runs a sixteenth of the tests.
function(add_gtests target)
  if(NOT FLOWTELL_SANITIZE)
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES ${ARGN})
    return()
  endif()
  foreach(shard RANGE 15)
    add_test(NAME ${target}_${shard} COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${target}_${shard} PROPERTIES ${ARGN}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=16;GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

add_library(test_support STATIC
  tests/support/api_reference.cc
  tests/support/app_captures.cc
  tests/support/dns_bytes.cc
  tests/support/encapsulations.cc
  tests/support/hello_bytes.cc
  tests/support/owned_captures.cc
  tests/support/packed.cc
  tests/support/packets.cc
  tests/support/pcap_bytes.cc
  tests/support/pcapng_bytes.cc
  tests/support/quic_bytes.cc
  tests/support/read_back.cc
  tests/support/samples.cc
  tests/support/site.cc
  tests/support/syncs.cc
  tests/support/temporary_folder.cc
  tests/support/test_frame.cc
)
unite_folders(test_support)
target_include_directories(test_support PUBLIC tests)
target_link_libraries(test_support
  PUBLIC flowtell_operation
  PRIVATE OpenSSL::Crypto ZLIB::ZLIB PkgConfig::zstd project_warnings)

set(unit_test_sources
  src/base/background_sync_test.cc
  src/base/bytes_test.cc
  src/base/checksum_test.cc
  src/base/file_test.cc
  src/base/hash_index_test.cc
  src/base/memory_test.cc
  src/base/monotonic_times_test.cc
  src/base/output_place_test.cc
  src/base/partial_file_test.cc
  src/base/pipe_test.cc
  src/base/plain_text_test.cc
  src/base/pool_test.cc
  src/base/portable_math_test.cc
  src/base/process_test.cc
  src/base/random_test.cc
  src/base/result_test.cc
  src/base/sheet_text_test.cc
  src/base/stage_clock_test.cc
  src/base/text_test.cc
  src/base/threads_test.cc
  src/base/time_test.cc
  src/capture/byte_stream_test.cc
  src/capture/capture_file_test.cc
  src/capture/capture_files_test.cc
  src/capture/compressed_test.cc
  src/capture/damaged_capture_test.cc
  src/capture/interface_binding_test.cc
  src/capture/live_interface_test.cc
  src/capture/ordered_source_test.cc
  src/capture/pcap_reader_test.cc
  src/capture/pcap_writer_test.cc
  src/capture/pcapng_damage_test.cc
  src/capture/pcapng_owners_test.cc
  src/capture/pcapng_reader_test.cc
  src/capture/pcapng_writer_test.cc
  src/capture/pipe_source_test.cc
  src/capture/read_ahead_test.cc
  src/capture/replay_source_test.cc
  src/capture/tick_clock_test.cc
  src/decode/address_test.cc
  src/decode/anonymiser_test.cc
  src/decode/client_opening_test.cc
  src/decode/copy_filter_test.cc
  src/decode/decoder_test.cc
  src/decode/dns_bounds_test.cc
  src/decode/dns_message_test.cc
  src/decode/fragment_test.cc
  src/decode/frame_outcome_test.cc
  src/decode/google_quic_test.cc
  src/decode/host_name_test.cc
  src/decode/ja4_test.cc
  src/decode/link_ends_test.cc
  src/decode/ether_types_test.cc
  src/decode/link_layer_test.cc
  src/decode/link_types_test.cc
  src/decode/tunnel_test.cc
  src/decode/wifi_test.cc
  src/decode/owner_table_test.cc
  src/decode/piece_buffer_test.cc
  src/decode/plain_frame_test.cc
  src/decode/quic_initial_test.cc
  src/decode/tls_hello_test.cc
  src/flow/device_addresses_test.cc
  src/flow/device_evidence_test.cc
  src/flow/device_finder_test.cc
  src/flow/dns_memory_test.cc
  src/flow/dns_stream_test.cc
  src/flow/early_flow_test.cc
  src/flow/encrypted_hello_test.cc
  src/flow/flow_batch_test.cc
  src/flow/flow_ids_test.cc
  src/flow/flow_bound_test.cc
  src/flow/flow_owner_test.cc
  src/flow/flow_meter_test.cc
  src/flow/flow_silence_test.cc
  src/flow/flow_table_test.cc
  src/flow/flow_twin_test.cc
  src/flow/hello_places_test.cc
  src/flow/lan_test.cc
  src/flow/name_finder_test.cc
  src/flow/name_pool_test.cc
  src/flow/name_streams_test.cc
  src/flow/packet_log_test.cc
  src/flow/pair_table_test.cc
  src/features/feature_list_test.cc
  src/features/flow_parts_test.cc
  src/features/flow_series_test.cc
  src/features/odd_captures_test.cc
  src/features/paper_features_test.cc
  src/features/robust_test.cc
  src/features/statistics_test.cc
  src/model/ambiguity_table_test.cc
  src/model/attribution_test.cc
  src/model/compiled_forest_test.cc
  src/model/dataset_test.cc
  src/model/evidence_test.cc
  src/model/examples_test.cc
  src/model/known_rows_test.cc
  src/model/folder_layout_test.cc
  src/model/labelled_captures_test.cc
  src/model/manifest_test.cc
  src/model/model_file_test.cc
  src/model/model_sections_test.cc
  src/model/model_test.cc
  src/model/name_table_test.cc
  src/model/section_bounds_test.cc
  src/model/svm_section_test.cc
  src/model/svm_test.cc
  src/model/training_table_test.cc
  src/model/unknown_model_test.cc
  src/classify/app_pairs_test.cc
  src/classify/classifier_session_test.cc
  src/classify/classifier_test.cc
  src/classify/device_filter_test.cc
  src/classify/device_store_test.cc
  src/classify/flow_reporter_test.cc
  src/classify/name_scorer_test.cc
  src/classify/power_cache_test.cc
  src/classify/service_names_test.cc
  src/classify/shape_scorer_test.cc
  src/classify/unknown_rule_test.cc
  src/classify/unknown_scorer_test.cc
  src/classify/verdict_reason_test.cc
  src/classify/verdict_test.cc
  src/learn/adaptation_test.cc
  src/learn/ambiguity_test.cc
  src/learn/candidate_test.cc
  src/learn/class_counts_test.cc
  src/learn/column_bins_test.cc
  src/learn/cross_validation_test.cc
  src/learn/error_target_fit_test.cc
  src/learn/feature_profile_finder_test.cc
  src/learn/flow_limits_test.cc
  src/learn/forest_builder_test.cc
  src/learn/held_out_scores_test.cc
  src/learn/held_out_trees_test.cc
  src/learn/out_of_bag_test.cc
  src/learn/preset_test.cc
  src/learn/recent_flows_test.cc
  src/learn/relabelling_test.cc
  src/learn/row_classifier_test.cc
  src/learn/scorers_test.cc
  src/learn/small_grower_test.cc
  src/learn/temperature_fit_test.cc
  src/learn/training_test.cc
  src/learn/tree_grower_test.cc
  src/learn/unknown_fit_test.cc
  src/learn/weight_fit_test.cc
  src/evaluate/app_features_test.cc
  src/evaluate/device_day_test.cc
  src/evaluate/drift_test.cc
  src/evaluate/evaluation_test.cc
  src/evaluate/evidence_use_test.cc
  src/evaluate/open_set_test.cc
  src/evaluate/reliability_test.cc
  src/evaluate/repeated_folds_test.cc
  src/evaluate/risk_coverage_test.cc
  src/explain/capture_summary_test.cc
  src/explain/counterfactual_test.cc
  src/explain/evidence_tracer_test.cc
  src/explain/explanation_test.cc
  src/explain/flow_selector_test.cc
  src/explain/proximity_test.cc
  src/audit/audit_bounds_test.cc
  src/audit/audit_test.cc
  src/audit/dataset_owners_test.cc
  src/audit/equal_rows_test.cc
  src/audit/value_range_test.cc
  src/report/app_tally_test.cc
  src/report/audit_report_test.cc
  src/report/evaluation_page_test.cc
  src/report/evaluation_tables_test.cc
  src/report/evaluation_text_test.cc
  src/report/explanation_page_test.cc
  src/report/flow_explanation_test.cc
  src/report/flow_comment_test.cc
  src/report/flow_writer_test.cc
  src/report/html_page_test.cc
  src/report/ledger_text_test.cc
  src/report/current_app_test.cc
  src/report/live_screen_test.cc
  src/report/metrics_test.cc
  src/report/model_explanation_test.cc
  src/report/model_report_test.cc
  src/report/quantity_test.cc
  src/report/reference_pages_test.cc
  src/report/stats_text_test.cc
  src/report/table_test.cc
  src/report/terminal_text_test.cc
  src/api/api_test.cc
  src/confine/call_filter_test.cc
  src/confine/confined_child_test.cc
  src/confine/interface_binder_test.cc
  src/confine/least_privilege_test.cc
  src/confine/path_fence_test.cc
  src/confine/privilege_test.cc
  src/live/adapter_process_test.cc
  src/live/content_cut_test.cc
  src/live/frame_anonymiser_test.cc
  src/live/line_spool_test.cc
  src/live/live_loop_test.cc
  src/live/live_waiter_test.cc
  src/live/memory_use_test.cc
  src/live/metrics_server_test.cc
  src/live/recorder_test.cc
  src/live/session_folder_test.cc
  src/live/sharded_meter_test.cc
  src/live/watch_test.cc
  src/gateway/device_names_test.cc
  src/gateway/dhcp_network_test.cc
  src/gateway/dhcp_probe_test.cc
  src/gateway/gateway_checks_test.cc
  src/gateway/gateway_health_test.cc
  src/gateway/gateway_lock_test.cc
  src/gateway/gateway_options_test.cc
  src/gateway/gateway_plan_test.cc
  src/gateway/gateway_status_test.cc
  src/gateway/gateway_steps_test.cc
  src/gateway/gateway_test.cc
  src/gateway/gateway_unit_test.cc
  src/gateway/ipv4_test.cc
  src/gateway/journal_test.cc
  src/gateway/leases_test.cc
  src/gateway/network_changes_test.cc
  src/gateway/network_state_test.cc
  src/gateway/system_changes_test.cc
  src/gateway/system_identity_test.cc
  src/tool/command_guess_test.cc
  src/tool/command_table_test.cc
  src/tool/completions_test.cc
  src/tool/console_test.cc
  src/tool/manual_pages_test.cc
  src/tool/output_check_test.cc
  src/tool/terminal_test.cc
  src/tool/site_adapter_test.cc
  src/tool/watch_reporting_test.cc
)
# ThreadSanitizer finds nothing in single-threaded tests.
if(FLOWTELL_SANITIZE STREQUAL "thread")
  list(FILTER unit_test_sources INCLUDE REGEX
       "(api|background_sync|pipe|threads|capture_file|read_ahead|flow_batch|sharded_meter|line_spool|metrics_server)_test")
endif()
add_executable(unit_tests ${unit_test_sources})
unite_folders(unit_tests)
target_link_libraries(unit_tests
  PRIVATE flowtell_tool test_support CLI11::CLI11 GTest::gtest_main
          rapidcheck_gtest nlohmann_json::nlohmann_json project_warnings)
add_gtests(unit_tests)

# Whole-program tests: commands in a temporary folder, compared with
# tests/expected, which FLOWTELL_BLESS=1 in the environment rewrites.
add_executable(program_tests
  tests/adapting_program_test.cc
  tests/anonymise_program_test.cc
  tests/audit_program_test.cc
  tests/bad_captures_program_test.cc
  tests/bad_models_program_test.cc
  tests/evaluation_program_test.cc
  tests/explain_program_test.cc
  tests/flow_labels_program_test.cc
  tests/flows_program_test.cc
  tests/gateway_program_test.cc
  tests/labels_program_test.cc
  tests/learning_program_test.cc
  tests/links_program_test.cc
  tests/live_program_test.cc
  tests/long_burst_program_test.cc
  tests/presets_program_test.cc
  tests/recording_program_test.cc
  tests/reference_program_test.cc
  tests/report_program_test.cc
  tests/server_names_program_test.cc
  tests/service_program_test.cc
  tests/svm_program_test.cc
  tests/threads_program_test.cc
  tests/support/program.cc
  tests/usage_program_test.cc
)
unite_folders(program_tests)
add_dependencies(program_tests flowtell)
target_compile_definitions(program_tests PRIVATE
  FLOWTELL_BINARY="$<TARGET_FILE:flowtell>"
  FLOWTELL_SAMPLES_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/samples"
  FLOWTELL_EXPECTED_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/tests/expected")
target_link_libraries(program_tests
  PRIVATE test_support GTest::gtest_main nlohmann_json::nlohmann_json
          project_warnings)
add_gtests(program_tests LABELS program)

# Floods of traffic from outsiders, some minutes long (docs/reliability.md).
add_executable(flood_tests tests/flood_tests.cc)
target_link_libraries(flood_tests
  PRIVATE test_support GTest::gtest_main project_warnings)
add_test(NAME floods COMMAND flood_tests)
set_tests_properties(floods PROPERTIES TIMEOUT 900 LABELS flood)
# Valgrind counts the instructions; it cannot run programs with sanitizers.
if(NOT FLOWTELL_SANITIZE)
  add_test(NAME flood_work COMMAND /usr/bin/python3 -B
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/flood_work_test.py
    $<TARGET_FILE:flood_tests>)
  set_tests_properties(flood_work PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600
                       LABELS flood)
endif()

# Full disks, kills, lack of memory and other faults, in private sandboxes;
# skipped if there can be none. Signals, whose tests mostly wait, and the rest.
set(signal_parts kills_of_train kills_of_capture kills_of_watch signal_storms)
foreach(parts "faults;--not" "faults_signals")
  list(POP_FRONT parts name)
  add_test(NAME ${name} COMMAND /usr/bin/python3 -B
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/faults_test.py $<TARGET_FILE:flowtell>
    ${CMAKE_CURRENT_SOURCE_DIR}/samples/home ${parts} ${signal_parts})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600
                       LABELS fault)
endforeach()

# Properties of outputs besides their bytes, in a sandbox as well. The library
# logs what a program syncs.
add_library(sync_counter MODULE tests/sync_counter.cc)
target_link_libraries(sync_counter PRIVATE project_warnings)
add_test(NAME outputs COMMAND /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/outputs_test.py $<TARGET_FILE:flowtell>
  ${CMAKE_CURRENT_SOURCE_DIR}/samples/home $<TARGET_FILE:sync_counter>)
set_tests_properties(outputs PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600
                     LABELS fault)

# Tests that need real captures, the twin or tshark are skipped (77), with a
# reason, if these are absent.
set(shared ${CMAKE_CURRENT_SOURCE_DIR}/../shared)
function(add_scripted_test name)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1200
                       LABELS real)
endfunction()
add_scripted_test(twin /usr/bin/python3
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/twin_test.py $<TARGET_FILE:flowtell>
  ${shared})
add_scripted_test(robust_twin /usr/bin/python3
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/robust_twin_test.py
  $<TARGET_FILE:flowtell> ${shared})
add_scripted_test(conversations /usr/bin/python3
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/conversations_test.py
  $<TARGET_FILE:flowtell> ${shared}/captures)
add_scripted_test(encapsulations /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/encapsulations_test.py
  $<TARGET_FILE:flowtell>)
add_scripted_test(names /usr/bin/python3
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/names_test.py $<TARGET_FILE:flowtell>
  ${shared}/captures)
add_scripted_test(acceptance
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/acceptance_test.sh $<TARGET_FILE:flowtell>
  ${shared})
add_test(NAME docs COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/docs/generate.sh --check
         $<TARGET_FILE:flowtell>)
add_test(NAME completion COMMAND
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/completion_test.sh $<TARGET_FILE:flowtell>)

# The library as other programs find it, which sanitizers would not link with.
if(NOT FLOWTELL_SANITIZE)
  add_test(NAME outside COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/outside_test.sh ${CMAKE_BINARY_DIR})
endif()

# Skipped without zstd.
find_program(FLOWTELL_ZSTD zstd)
if(FLOWTELL_ZSTD)
  add_test(NAME copies COMMAND /usr/bin/python3 -B
    ${CMAKE_CURRENT_SOURCE_DIR}/tests/copies_test.py $<TARGET_FILE:flowtell>
    ${CMAKE_CURRENT_SOURCE_DIR}/samples)
  set_tests_properties(copies PROPERTIES TIMEOUT 600)
endif()

add_test(NAME odd_captures COMMAND /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/odd_captures_test.py
  $<TARGET_FILE:flowtell>)
set_tests_properties(odd_captures PROPERTIES TIMEOUT 600)

# Joins flows with records of other tools; parts are skipped without these.
add_test(NAME records COMMAND /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/records_test.py $<TARGET_FILE:flowtell>
  ${CMAKE_CURRENT_SOURCE_DIR}/samples)
set_tests_properties(records PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)

# Captures with verdicts in Wireshark; skipped without tshark.
add_test(NAME wireshark COMMAND /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/wireshark_test.py $<TARGET_FILE:flowtell>
  ${CMAKE_CURRENT_SOURCE_DIR}/samples
  ${CMAKE_CURRENT_SOURCE_DIR}/packaging/wireshark)
set_tests_properties(wireshark PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)

# Captures that arrive over a pipe.
add_test(NAME pipe COMMAND /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/pipe_test.py $<TARGET_FILE:flowtell>
  ${CMAKE_CURRENT_SOURCE_DIR}/samples/home)
set_tests_properties(pipe PROPERTIES TIMEOUT 300)

# Tests HTML reports in a browser; skipped without one.
add_test(NAME html COMMAND /usr/bin/python3 -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/html_test.py $<TARGET_FILE:flowtell>
  ${CMAKE_CURRENT_SOURCE_DIR}/samples/crowded)
set_tests_properties(html PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300
                     LABELS browser)

# Tests that need their own networks: root or user namespaces. Skipped, with a
# reason, if these or the programs are absent. Each has namespaces of its own, so
# they may run at the same time; they mostly wait, so test.sh runs four.
function(add_net_test name)
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900
                       LABELS net)
endfunction()
add_net_test(cable ${CMAKE_CURRENT_SOURCE_DIR}/tests/cable_test.py
  $<TARGET_FILE:cable>)
add_net_test(lab ${CMAKE_CURRENT_SOURCE_DIR}/tests/lab_test.py
  ${CMAKE_BINARY_DIR})
add_net_test(now ${CMAKE_CURRENT_SOURCE_DIR}/tests/now_test.py
  ${CMAKE_BINARY_DIR})
# The crash test kills the gateway at each step.
add_executable(gateway_crash tests/gateway_crash.cc)
target_link_libraries(gateway_crash PRIVATE flowtell_operation project_warnings)
# A test for each class.
set(gateway_test ${CMAKE_CURRENT_SOURCE_DIR}/tests/gateway_test.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${gateway_test})
file(STRINGS ${gateway_test} classes REGEX "^class ")
foreach(class IN LISTS classes)
  string(REGEX REPLACE "^class ([A-Za-z]+).*" "\\1" class ${class})
  string(REGEX REPLACE "([a-z])([A-Z])" "\\1_\\2" name ${class})
  string(TOLOWER gateway_${name} name)
  add_net_test(${name} -B ${gateway_test} $<TARGET_FILE:flowtell>
    $<TARGET_FILE:gateway_crash> ${class})
endforeach()
add_net_test(gateway_limits -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/gateway_limits_test.py
  $<TARGET_FILE:flowtell> $<TARGET_FILE:sync_counter>)
add_net_test(record -B ${CMAKE_CURRENT_SOURCE_DIR}/tests/record_test.py
  $<TARGET_FILE:flowtell>)
foreach(parts "live;--other" "live_readers;--readers" "live_load;--load")
  list(POP_FRONT parts name)
  add_net_test(${name} -B ${CMAKE_CURRENT_SOURCE_DIR}/tests/live_test.py
    ${parts} $<TARGET_FILE:flowtell> ${shared}/captures/group-b
    ${CMAKE_CURRENT_SOURCE_DIR}/samples/home)
endforeach()
# It measures drops and delays, so nothing else may run.
set_tests_properties(live_load PROPERTIES RUN_SERIAL ON)
# Started first, as they take about a minute each.
set_tests_properties(lab now gateway_clients gateway_undo live live_readers
                     PROPERTIES COST 60)
add_executable(privileges_probe tests/privileges_probe.cc)
target_link_libraries(privileges_probe PRIVATE flowtell_operation project_warnings)
add_net_test(privileges -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/privileges_test.py $<TARGET_FILE:flowtell>
  $<TARGET_FILE:privileges_probe> ${CMAKE_CURRENT_SOURCE_DIR}/samples)
add_net_test(metrics -B
  ${CMAKE_CURRENT_SOURCE_DIR}/tests/metrics_test.py $<TARGET_FILE:flowtell>
  ${CMAKE_CURRENT_SOURCE_DIR}/samples)
