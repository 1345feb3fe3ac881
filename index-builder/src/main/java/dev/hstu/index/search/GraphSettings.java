package dev.hstu.index.search;

import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/// How a graph is built (HNSW, arXiv 1603.09320). Part of a generation's content.
///
/// @param maxConnections neighbours kept per item, `M` of the paper; twice as many on the lowest
///     level; 2..[#MAX_CONNECTIONS]
/// @param beamWidth candidates looked at for each new item, `efConstruction` of the paper;
///     at least maxConnections, at most [#MAX_BEAM_WIDTH]
public record GraphSettings(int maxConnections, int beamWidth) {

  /// Lucene's own bound.
  public static final int MAX_CONNECTIONS = Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN;

  /// Lucene's own bound.
  public static final int MAX_BEAM_WIDTH = Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH;

  public static final GraphSettings DEFAULT = new GraphSettings(16, 100);

  public GraphSettings {
    if (maxConnections < 2 || maxConnections > MAX_CONNECTIONS) {
      throw new IllegalArgumentException(
          "maxConnections=%d must be within 2..%d".formatted(maxConnections, MAX_CONNECTIONS));
    }
    if (beamWidth < maxConnections || beamWidth > MAX_BEAM_WIDTH) {
      throw new IllegalArgumentException(
          "beamWidth=%d must be within maxConnections=%d..%d"
              .formatted(beamWidth, maxConnections, MAX_BEAM_WIDTH));
    }
  }
}
