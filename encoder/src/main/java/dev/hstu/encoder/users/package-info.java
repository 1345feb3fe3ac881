/// Embedding all users of prepared data at once, as a nightly run does: start at
/// [dev.hstu.encoder.users.UserEmbedding]. How one batch becomes embeddings is `compute`'s
/// business.
@NullMarked
package dev.hstu.encoder.users;

import org.jspecify.annotations.NullMarked;
