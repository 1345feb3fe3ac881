package dev.hstu.retrieval.receipts;

import dev.hstu.retrieval.retrieve.RetrievalOutcome;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.LiveGeneration;

/// An answer put aside. Keeps no generation open: by the time it is looked at, its own must still
/// be the one that serves.
///
/// @param answered by the model, so that it has an embedding
record ServedSample(
    LiveGeneration generation,
    RetrievalQuery query,
    float[] embedding,
    RetrievalOutcome.Answered answered) {}
