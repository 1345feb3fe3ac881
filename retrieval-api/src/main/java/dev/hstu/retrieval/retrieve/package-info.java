/// From a history to candidates, for one open generation and without HTTP: [CachedRetriever] is the
/// way in; [Retriever] looks ids up, encodes, searches and falls back to [PopularItems];
/// [RetrievalBuffers] are the arrays a worker uses again for each query.
@NullMarked
package dev.hstu.retrieval.retrieve;

import org.jspecify.annotations.NullMarked;
