/// How histories reach an encoder: alone on the thread that asks, or in batches that requests share
/// ([MicroBatcher]). [EmbeddingSources] opens what is configured.
///
/// What stays out: what is kept of embeddings (`cache`) and the engines themselves (`encoder`).
@NullMarked
package dev.hstu.retrieval.tier;

import org.jspecify.annotations.NullMarked;
