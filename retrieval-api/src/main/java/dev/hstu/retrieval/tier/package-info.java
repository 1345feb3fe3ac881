/// How histories reach an encoder: alone on the thread that asks, in batches that requests share
/// ([MicroBatcher]), or over HTTP/2 at encoders in processes of their own. [EmbeddingSources] opens
/// the one that is configured; [EncoderServer] is the other end, `hstu encoder`, and
/// [EncodeRequest] and [EncodeResponse] say byte by byte what goes between them.
///
/// What stays out: what is kept of embeddings (`cache`) and the engines themselves (`encoder`).
@NullMarked
package dev.hstu.retrieval.tier;

import org.jspecify.annotations.NullMarked;
