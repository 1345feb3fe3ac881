package dev.hstu.retrieval.tier;

import dev.hstu.retrieval.retrieve.EmbeddingSource;

/// An [EmbeddingSource] with an owner. What was asked of it before the close is answered.
public interface OpenEmbeddings extends EmbeddingSource, AutoCloseable {

  @Override
  void close();
}
