/* SPDX-License-Identifier: Apache-2.0
 *
 * The C interface of libflowtell, which names the app behind encrypted network
 * traffic. The C++ headers in flowtell/ are written on top of it. It is the
 * only binary interface of the library: the shared library exports these
 * functions and nothing else.
 *
 *   flowtell_dataset     labelled captures, measured
 *   flowtell_model       a trained model
 *   flowtell_classifier  a model ready to classify
 *   flowtell_session     one stream of frames on its way to flows and verdicts
 *   flowtell_capture     a capture file being read
 *
 * Errors. A function that can fail returns a flowtell_status. On failure it
 * writes the status and a sentence with the remedy to `error`, unless that is
 * NULL, and to no other output argument.
 *
 * Options. A NULL option pointer selects all defaults, and so does a field that
 * is 0 or NULL. `size` must be sizeof the struct, so that a later version can
 * add fields: flowtell_train_options options = {.size = sizeof options};
 *
 * Arguments. Handles, output arguments, callbacks and paths must not be NULL
 * unless stated. A callback must not throw, jump out, or call a function with
 * the session that called it.
 *
 * Threads. Datasets, models and classifiers never change: any number of threads
 * may share one. Sessions and captures are used by one thread at a time.
 *
 * Ownership. Each handle is released by its own function, which accepts NULL.
 * A classifier keeps its model alive, and a session its classifier: they may be
 * released in any order. Text returned through `char **` is released by
 * flowtell_text_free. Other pointers returned borrow from the handle that they
 * came from. All text ends with a zero byte and is UTF-8, except where a path
 * is not.
 *
 * Times are in nanoseconds, points in time since 1970-01-01 UTC.
 */
#ifndef FLOWTELL_H
#define FLOWTELL_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define FLOWTELL_API __attribute__((visibility("default")))
#else
#define FLOWTELL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, such as "0.1.0". */
FLOWTELL_API const char* flowtell_version(void);

/* ---- Errors ------------------------------------------------------------ */

typedef int32_t flowtell_status;

enum {
  FLOWTELL_OK = 0,
  FLOWTELL_USAGE = 1,                 /* the caller's request is invalid */
  FLOWTELL_NOT_FOUND = 2,             /* a file or folder does not exist */
  FLOWTELL_PERMISSION = 3,            /* the system denies access */
  FLOWTELL_NOT_READABLE = 4,          /* it exists but cannot be read */
  FLOWTELL_CORRUPT = 5,               /* its content is invalid */
  FLOWTELL_WRONG_VERSION = 6,         /* made by an incompatible version */
  FLOWTELL_INCOMPATIBLE_FEATURES = 7, /* of a model, not computed here */
  FLOWTELL_NO_DATA = 8,               /* valid, but nothing to work on */
  FLOWTELL_NOT_WRITABLE = 9,          /* an output cannot be written */
  FLOWTELL_RESOURCE = 10, /* memory, threads or disk space run out */
  FLOWTELL_SYSTEM = 11    /* the system refused something else */
};

/* A stable name, such as "not-found"; "ok" for FLOWTELL_OK. */
FLOWTELL_API const char* flowtell_status_name(flowtell_status status);

typedef struct flowtell_error {
  flowtell_status status;
  char message[1020]; /* one sentence; cut off if it is longer */
} flowtell_error;

/* Releases text that a function returned through `char **`. */
FLOWTELL_API void flowtell_text_free(char* text);

/* ---- Captures and frames ----------------------------------------------- */

typedef struct flowtell_frame {
  int64_t time;
  const uint8_t* bytes;
  uint32_t captured_length; /* of `bytes`; less than on the wire if cut */
  uint32_t wire_length;
  uint16_t link_type;   /* by https://www.tcpdump.org/linktypes.html */
  uint16_t reserved[3]; /* 0 */
} flowtell_frame;

typedef struct flowtell_capture flowtell_capture;

/* Opens a capture by its content: pcap or pcapng, plain or compressed by gzip
 * or zstd. "-" is standard input. */
FLOWTELL_API flowtell_status flowtell_capture_open(const char* path,
                                                   flowtell_capture** capture,
                                                   flowtell_error* error);

/* Fills at most `count` frames and sets `read` to their number; 0 at the end.
 * Their bytes are valid until the next call. */
FLOWTELL_API flowtell_status flowtell_capture_read(flowtell_capture* capture,
                                                   flowtell_frame* frames,
                                                   size_t count, size_t* read,
                                                   flowtell_error* error);

/* What is wrong with the capture, or NULL. A damaged capture is read up to the
 * damage, and the damage is known at its end. Valid until the next call. */
FLOWTELL_API const char* flowtell_capture_damage(flowtell_capture* capture);

FLOWTELL_API void flowtell_capture_close(flowtell_capture* capture);

/* ---- Flows ------------------------------------------------------------- */

/* The definitions of docs/glossary.md. A classifier's model fixes `flow_key`,
 * `burst_gap` and `burst_limit` for its sessions. */
typedef struct flowtell_flow_options {
  size_t size;
  const char* flow_key;   /* "five-tuple", "remote-endpoint", "remote-host" */
  int64_t burst_gap;      /* a longer silence ends a burst; default 1 s */
  const char* lan;        /* prefixes, "10.0.0.0/8,fc00::/7" */
  uint64_t max_flows;     /* open at a time; default 1,000,000 */
  uint32_t early_packets; /* also report flows still open after so many */
  int names;              /* search for server names */
  int hello;              /* with them, fingerprint the clients' hellos */
  const char* features;   /* sets to measure for each flow, "robust,classic14";
                             default: none */
  int64_t burst_limit;    /* a later packet begins a new burst; default 30 s;
                             below 0: no limit */
  int64_t early_silence;  /* also report flows that have been over for this
                             long while their burst goes on; default: never */
  int outer;              /* meter tunnels, not the flows inside them */
  int reserved;           /* 0 */
} flowtell_flow_options;

/* One flow, seen from the device. Valid during the callback only. */
typedef struct flowtell_flow {
  size_t size;
  int64_t start;      /* of its first packet */
  int64_t end;        /* of its last */
  uint8_t device[16]; /* IPv4 as ::ffff:a.b.c.d, see flowtell_address_text */
  uint8_t remote[16];
  uint16_t device_port;
  uint16_t remote_port;
  uint8_t protocol; /* 6 for TCP, 17 for UDP */
  uint8_t is_early; /* its burst goes on; it is reported again, with the same
                       flow_id, when that ends */
  uint32_t burst;   /* counts the device's bursts from 0 */
  uint64_t packets_sent;
  uint64_t packets_received;
  uint64_t bytes_sent; /* of IP datagrams */
  uint64_t bytes_received;
  const char* server_name; /* "" if not seen */
  const char* name_source; /* "none", "dns", "question", "tls", "quic",
                              "google-quic", "http", "socks" or "ech" */
  const char* ja4;         /* with `hello`, else ""; also "" if not seen */
  const char* alpn;
  const char* quic_version;
  const double* features; /* as asked for in the options */
  size_t feature_count;
  const char* app;             /* or "unknown"; NULL without a classifier */
  double confidence;           /* the probability of the likeliest app */
  double unknown_score;        /* 0 to 1; rises with novelty */
  const double* probabilities; /* one for each app of the model */
  size_t app_count;
  const char* flow_id;      /* the same for the same traffic, live or not */
  const char* community_id; /* version 1, seed 0 */
} flowtell_flow;

typedef void (*flowtell_flow_callback)(void* context,
                                       const flowtell_flow* flow);

/* "192.168.12.100", "fe80::1". `text` holds 46 bytes. */
FLOWTELL_API void flowtell_address_text(const uint8_t address[16], char* text);

/* The i-th feature set, "robust" first, or NULL. */
FLOWTELL_API const char* flowtell_feature_set(size_t i);

/* The columns of feature sets ("robust,classic14"), one a line. */
FLOWTELL_API flowtell_status flowtell_feature_columns(const char* sets,
                                                      char** columns,
                                                      flowtell_error* error);

/* ---- Labelled captures ------------------------------------------------- */

typedef struct flowtell_dataset flowtell_dataset;
typedef struct flowtell_model flowtell_model;

typedef struct flowtell_dataset_options {
  size_t size;
  const flowtell_flow_options* flow; /* its `features` default to "robust";
                                        names are always searched */
  int whole_flows; /* do not measure parts of flows as well, which make a
                      forest better at flows that have not ended */
  int threads;     /* default: one for each processor */
  const flowtell_dataset* like;    /* number labels, measure features and define
                                      flows as this one does, to test on */
  const flowtell_model* for_model; /* the same for a model, to test or adapt
                                      it; instead of `like` */
  int unlabelled; /* with `for_model`: `captures` is a capture or a folder of
                     them, of any traffic */
  int reserved;   /* 0 */
} flowtell_dataset_options;

/* Loads labelled captures: a folder whose sub-folders are named after apps, a
 * manifest (CSV with the columns path and app), or a capture that names the app
 * of each flow itself (docs/formats.md). FLOWTELL_NO_DATA if they hold no flow
 * of a known app. */
FLOWTELL_API flowtell_status flowtell_dataset_load(
    const char* captures, const flowtell_dataset_options* options,
    flowtell_dataset** dataset, flowtell_error* error);

/* A dataset's content, borrowed from it: one row for each flow. */
typedef struct flowtell_dataset_view {
  size_t size; /* set by the caller, as in all views */
  size_t rows;
  size_t columns;
  size_t apps;
  size_t captures;
  size_t warnings;
  const float* values;              /* [rows][columns] */
  const uint16_t* labels;           /* [rows], into app_names */
  const uint32_t* capture_of;       /* [rows], into capture_paths */
  const char* const* app_names;     /* [apps], sorted */
  const char* const* column_names;  /* [columns] */
  const char* const* capture_paths; /* [captures]; a file with flows of several
                                       apps is listed once for each */
  const char* const* warning_texts; /* [warnings]: captures that are damaged or
                                       could not be read, flows left out */
} flowtell_dataset_view;

FLOWTELL_API void flowtell_dataset_get(const flowtell_dataset* dataset,
                                       flowtell_dataset_view* view);

FLOWTELL_API void flowtell_dataset_free(flowtell_dataset* dataset);

/* Audits a dataset before training; the findings as JSON (docs/audit.md). */
FLOWTELL_API flowtell_status flowtell_audit(const flowtell_dataset* dataset,
                                            char** json, flowtell_error* error);

/* ---- Training ---------------------------------------------------------- */

/* Called from any thread, by several at once: the step at hand and how much of
 * it is done. */
typedef void (*flowtell_progress_callback)(void* context, const char* step,
                                           size_t done, size_t total);

typedef struct flowtell_train_options {
  size_t size;
  const char* learner;  /* "forest" or "svm" */
  const char* evidence; /* "shape,name,time" or fewer, for the accuracy
                           estimate; a model learns all kinds */
  size_t trees;         /* default 100, at most 100,000 */
  uint64_t seed;        /* default 1 */
  int threads;          /* default: one for each processor */
  int weigh_by_flows;   /* do not give every app the same weight */
  int no_score;         /* no cross-validated accuracy estimate */
  int no_examples;      /* no training flows to show in explanations */
  int no_table;         /* no training table, so it cannot be adapted */
  flowtell_progress_callback progress;
  void* progress_context;
} flowtell_train_options;

/* The model does not depend on the number of threads. */
FLOWTELL_API flowtell_status flowtell_train(
    const flowtell_dataset* dataset, const flowtell_train_options* options,
    flowtell_model** model, flowtell_error* error);

FLOWTELL_API flowtell_status flowtell_model_load(const char* path,
                                                 flowtell_model** model,
                                                 flowtell_error* error);

/* The file appears only when it is complete. */
FLOWTELL_API flowtell_status flowtell_model_save(const flowtell_model* model,
                                                 const char* path,
                                                 flowtell_error* error);

/* Fits a model to another network: trains it again with the surest sessions of
 * `site`, which was loaded as `unlabelled`, and with the flows of `labelled`;
 * either may be NULL. Of the options only threads, no_score and progress count:
 * the model is trained as it was. FLOWTELL_NO_DATA if the model keeps no
 * training table or there is nothing to add. */
FLOWTELL_API flowtell_status flowtell_adapt(
    const flowtell_model* model, const flowtell_dataset* site,
    const flowtell_dataset* labelled, const flowtell_train_options* options,
    flowtell_model** adapted, flowtell_error* error);

/* Trains again without what adaptations added. */
FLOWTELL_API flowtell_status flowtell_undo_adaptation(
    const flowtell_model* model, const flowtell_train_options* options,
    flowtell_model** restored, flowtell_error* error);

/* A model's content, borrowed from it. */
typedef struct flowtell_model_view {
  size_t size;
  size_t apps;
  size_t columns;
  const char* const* app_names;    /* [apps], sorted */
  const char* const* column_names; /* [columns] */
  const char* feature_sets;        /* "robust" */
  const char* flow_key;
  int64_t burst_gap;
  int has_score;            /* whether it has the two estimates: */
  double accuracy;          /* cross-validated, with every flow named */
  double balanced_accuracy; /* the mean recall of the apps */
  int64_t burst_limit;      /* 0: none */
} flowtell_model_view;

FLOWTELL_API void flowtell_model_get(const flowtell_model* model,
                                     flowtell_model_view* view);

FLOWTELL_API void flowtell_model_free(flowtell_model* model);

/* ---- Evaluation -------------------------------------------------------- */

typedef struct flowtell_evaluate_options {
  size_t size;
  const flowtell_train_options* train; /* how models are trained */
  const char* unknown;                 /* as for classifiers */
  const char* split;  /* "by-capture", "by-group" or "by-flow" */
  size_t folds;       /* default 5 */
  size_t repeats;     /* default 1 */
  int timeline;       /* also test captures as the timeline of one device */
  int ambiguity;      /* also find flows that several apps share */
  int leave_apps_out; /* also test each app without training on it */
  int mixed;          /* also test pairs of captures mixed on one device */
} flowtell_evaluate_options;

/* Evaluates by cross-validation, or on `tested`, which was loaded `like`
 * `dataset`. The result as JSON (docs/formats.md). */
FLOWTELL_API flowtell_status flowtell_evaluate(
    const flowtell_dataset* dataset, const flowtell_dataset* tested,
    const flowtell_evaluate_options* options, char** json,
    flowtell_error* error);

/* Tests a model on `tested`, which was loaded `for_model`. Of the options
 * evidence, threads, unknown, timeline and mixed count. */
FLOWTELL_API flowtell_status flowtell_evaluate_model(
    const flowtell_model* model, const flowtell_dataset* tested,
    const flowtell_evaluate_options* options, char** json,
    flowtell_error* error);

/* ---- Classification ---------------------------------------------------- */

typedef struct flowtell_classifier_options {
  size_t size;
  const char* evidence; /* "shape,name,time" or fewer */
  const char* unknown;  /* "never", or some of "max-false-unknown=F",
                           "max-error=E", "floor=F" and "margin=M" with commas
                           between; default "max-false-unknown=0.05" */
} flowtell_classifier_options;

typedef struct flowtell_classifier flowtell_classifier;

FLOWTELL_API flowtell_status flowtell_classifier_new(
    const flowtell_model* model, const flowtell_classifier_options* options,
    flowtell_classifier** classifier, flowtell_error* error);

FLOWTELL_API void flowtell_classifier_free(flowtell_classifier* classifier);

typedef struct flowtell_session flowtell_session;

/* Begins a stream of frames: a capture or a live link. `take` is called for
 * each flow when its burst ends, from within the functions below. Without a
 * classifier (NULL) flows have no app. */
FLOWTELL_API flowtell_status flowtell_session_new(
    const flowtell_classifier* classifier, const flowtell_flow_options* options,
    flowtell_flow_callback take, void* context, flowtell_session** session,
    flowtell_error* error);

/* Adds frames in the order of their capture. One by one or many at a time, live
 * or from a file: the verdicts are the same. After memory ran out, a
 * session can only be released. */
FLOWTELL_API flowtell_status flowtell_session_add(flowtell_session* session,
                                                  const flowtell_frame* frames,
                                                  size_t count,
                                                  flowtell_error* error);

/* Notes that no frame arrived for so long since the last one, which ends bursts
 * on a live link. No frame with a time within the silence may follow: subtract
 * the delay of a source that buffers. */
FLOWTELL_API flowtell_status flowtell_session_note_silence(
    flowtell_session* session, int64_t silence, flowtell_error* error);

/* Ends all bursts. No more frames may follow. */
FLOWTELL_API flowtell_status flowtell_session_finish(flowtell_session* session,
                                                     flowtell_error* error);

typedef struct flowtell_session_view {
  size_t size;
  uint64_t frames; /* the sum of the ledger's counts */
  uint64_t flows;
  size_t headings;                  /* of the ledger */
  const char* const* heading_names; /* [headings] "used", "not IP", … */
  const uint64_t* heading_frames;   /* [headings] */
} flowtell_session_view;

/* Valid until the next call with this session. */
FLOWTELL_API void flowtell_session_get(flowtell_session* session,
                                       flowtell_session_view* view);

FLOWTELL_API void flowtell_session_free(flowtell_session* session);

/* Explains one flow of a capture, numbered from 1 in the order of its verdicts,
 * or with 0 the whole capture, as JSON (docs/formats.md). A damaged capture is
 * explained up to the damage. */
FLOWTELL_API flowtell_status
flowtell_explain(const flowtell_classifier* classifier, const char* capture,
                 const flowtell_flow_options* options, size_t flow_number,
                 char** json, flowtell_error* error);

#ifdef __cplusplus
}
#endif

#endif
