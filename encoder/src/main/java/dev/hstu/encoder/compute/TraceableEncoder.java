package dev.hstu.encoder.compute;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.sequence.HistoryBatch;

/// An encoder of one network that can show what it computes on the way, for verification and for
/// comparing engines. Tracing computes all rows of all blocks and may be slow; [#encode] need not.
public interface TraceableEncoder extends UserEncoder {

  @Override
  NetworkConfig config();

  /// Runs the same arithmetic as [#encode] and keeps the intermediate values.
  ///
  /// @throws IllegalArgumentException as [#encode] does
  ForwardTrace trace(HistoryBatch batch);
}
