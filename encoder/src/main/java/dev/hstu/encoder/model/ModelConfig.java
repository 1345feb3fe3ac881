package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.RequestInterval;
import java.util.List;

/// What every model has, be it one network or an ensemble of several; constants of the model, never
/// of a request. What only a network has is in [NetworkConfig].
///
/// | here | HSTU.md |
/// |---|---|
/// | `items` | `V` |
/// | `maxEvents` | `Nmax` |
/// | `embeddingDim` | `D` |
public sealed interface ModelConfig permits NetworkConfig, EnsembleConfig {

  /// Bound on kept events; attention is quadratic in it.
  int MAX_EVENTS = 16_384;

  /// The least norm of an embedding.
  double EPSILON = 1e-6;

  /// `V`; item rows are `1..V`.
  int items();

  int maxEvents();

  /// Width of user embeddings and item vectors.
  int embeddingDim();

  /// See [HistoryWindow], 1 in the public experiments.
  int windowHop();

  /// What is known of an event beside item, place and time.
  ModelFeatures features();

  /// Whether the model reads the times of events and of the request; a user embedding of one that
  /// doesn't is the same at any request time.
  boolean readsTimes();

  /// The networks that compute, in the order of their values in an embedding; of a network itself.
  List<NetworkConfig> networks();

  /// The same shapes over another catalogue size.
  ModelConfig withItems(int count);

  /// Widths and depths for reports, e.g. `D=50, 8 blocks of 2 heads`.
  String inWords();

  /// Rows that a token may have, beside padding: those of the items, and behind them the values of
  /// slow series.
  default int tokenRows() {
    return items() + features().seriesRows();
  }

  default HistoryWindow window() {
    return new HistoryWindow(maxEvents(), windowHop());
  }

  /// The request times around one at which a history's user embedding stays the same, to the bit.
  ///
  /// @param times of the kept events, read from `start` to before `end`
  default RequestInterval sameEmbedding(long[] times, int start, int end, long requestTime) {
    return readsTimes()
        ? RequestInterval.around(times, start, end, requestTime)
        : RequestInterval.ALWAYS;
  }
}
