/* SPDX-License-Identifier: Apache-2.0
 *
 * The same as verdicts.cc by the C interface.
 *   verdicts CAPTURES MODEL CAPTURE
 */
#include <flowtell.h>
#include <stdio.h>

static void print_flow(void* output, const flowtell_flow* flow) {
  char device[46], remote[46];
  flowtell_address_text(flow->device, device);
  flowtell_address_text(flow->remote, remote);
  fprintf(output, "%s %s:%u %.4f %s\n", device, remote, flow->remote_port,
          flow->confidence, flow->app);
}

/* Adds `at_once` frames at a time. */
static int classify(const flowtell_classifier* classifier, const char* path,
                    size_t at_once, FILE* output, flowtell_error* error) {
  flowtell_session* session = NULL;
  flowtell_capture* capture = NULL;
  flowtell_frame frames[64];
  size_t count = 0;
  int bad = flowtell_session_new(classifier, NULL, print_flow, output, &session,
                                 error) ||
            flowtell_capture_open(path, &capture, error);
  do {
    bad = bad ||
          flowtell_capture_read(capture, frames, at_once, &count, error) ||
          flowtell_session_add(session, frames, count, error);
  } while (!bad && count > 0);
  bad = bad || flowtell_session_finish(session, error);
  flowtell_capture_close(capture);
  flowtell_session_free(session);
  return bad;
}

static int train(const char* captures, const char* path,
                 flowtell_error* error) {
  flowtell_dataset* data = NULL;
  flowtell_model* model = NULL;
  flowtell_train_options options = {
      .size = sizeof options, .trees = 20, .no_score = 1};
  int bad = flowtell_dataset_load(captures, NULL, &data, error) ||
            flowtell_train(data, &options, &model, error) ||
            flowtell_model_save(model, path, error);
  flowtell_model_free(model);
  flowtell_dataset_free(data);
  return bad;
}

int main(int count, char** words) {
  flowtell_model* model = NULL;
  flowtell_classifier* classifier = NULL;
  flowtell_error error;
  FILE *many = tmpfile(), *single = tmpfile();
  int letter;
  if (count != 4 || many == NULL || single == NULL) return 2;
  if (train(words[1], words[2], &error) ||
      flowtell_model_load(words[2], &model, &error) ||
      flowtell_classifier_new(model, NULL, &classifier, &error) ||
      classify(classifier, words[3], 64, many, &error) ||
      classify(classifier, words[3], 1, single, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  flowtell_classifier_free(classifier);
  flowtell_model_free(model);
  if (flowtell_model_load("/absent", &model, NULL) != FLOWTELL_NOT_FOUND)
    return 4;
  if (flowtell_model_load(words[3], &model, NULL) != FLOWTELL_CORRUPT) return 5;
  rewind(many);
  rewind(single);
  while ((letter = fgetc(many)) == fgetc(single)) {
    if (letter == EOF) return 0;
    putchar(letter);
  }
  return 3; /* the verdicts differ */
}
