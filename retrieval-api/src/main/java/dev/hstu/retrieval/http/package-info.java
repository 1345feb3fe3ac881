/// The wire: routes, the records that cross it, and problem answers (RFC 9457). Start at
/// [RetrieveController]. A body is read by [RetrieveRequestReader], checked against the model's
/// clock by [RequestRules], and every error anywhere in the server leaves as a [Problem].
/// [EmbedController] answers with embeddings, [BatchController] many lines as a stream.
///
/// What stays out: how candidates are found (`retrieve`) and who may find them now (`serving`).
@NullMarked
package dev.hstu.retrieval.http;

import org.jspecify.annotations.NullMarked;
