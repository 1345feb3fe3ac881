package dev.hstu.index.search;

import java.util.List;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/// How a graph is built (HNSW, arXiv 1603.09320). Part of a generation's content.
///
/// @param maxConnections neighbours kept per item, `M` of the paper; twice as many on the lowest
///     level; 2..[#MAX_CONNECTIONS]
/// @param beamWidth candidates looked at for each new item, `efConstruction` of the paper;
///     at least maxConnections, at most [#MAX_BEAM_WIDTH]
/// @param bits a value that the graph is built and walked with, one of [#BITS]; 32 is float32,
///     fewer save memory, and what is found is scored again in float32 all the same
public record GraphSettings(int maxConnections, int beamWidth, int bits) {

  /// Lucene's own bound.
  public static final int MAX_CONNECTIONS = Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN;

  /// Lucene's own bound.
  public static final int MAX_BEAM_WIDTH = Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH;

  /// The bits of float32.
  public static final int FULL_PRECISION = 32;

  /// The widths there are.
  public static final List<Integer> BITS = List.of(FULL_PRECISION, 8, 7, 4, 2, 1);

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
    if (!BITS.contains(bits)) {
      throw new IllegalArgumentException("bits=%d must be one of %s".formatted(bits, BITS));
    }
  }

  /// In float32.
  public GraphSettings(int maxConnections, int beamWidth) {
    this(maxConnections, beamWidth, FULL_PRECISION);
  }

  /// As these, with so many bits a value.
  public GraphSettings withBits(int other) {
    return new GraphSettings(maxConnections, beamWidth, other);
  }

  /// Whether the walk sees coded vectors.
  boolean isQuantised() {
    return bits != FULL_PRECISION;
  }

  /// How many times wider than in float32 the default beam is, so that the coarser order of few
  /// bits still holds the best k.
  double oversampling() {
    return switch (bits) {
      case 1 -> 4;
      case 2 -> 2;
      case 4 -> 1.25;
      default -> 1;
    };
  }
}
