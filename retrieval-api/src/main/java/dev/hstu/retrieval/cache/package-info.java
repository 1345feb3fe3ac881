/// What need not be computed twice: user embeddings and lists of candidates, each under a key that
/// holds all it depends on ([EmbeddingKey], [ResultKey]), so that what is found is what would be
/// computed, for replayed request times too. Start at [RetrievalCaches]; a generation uses them
/// through its [GenerationCaches].
///
/// How an answer is computed, and its wire form, stay out.
@NullMarked
package dev.hstu.retrieval.cache;

import org.jspecify.annotations.NullMarked;
