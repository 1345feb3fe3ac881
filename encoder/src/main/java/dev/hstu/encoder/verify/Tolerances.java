package dev.hstu.encoder.verify;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.NetworkModel;
import java.util.HashMap;
import java.util.Map;

/// What each tensor of one golden case may be off by, for one engine. In half precision a fast
/// engine's error may be at most twice that of the plain implementation in the same format, tensor
/// by tensor; everything else is held against [Tolerance].
///
/// @param general of tensors that have no tolerance of their own
/// @param byTensor tolerances by the names of [Check]
record Tolerances(double general, Map<String, Double> byTensor) {

  private static final double SHARE_OF_PLAIN = 2;

  Tolerances {
    byTensor = Map.copyOf(byTensor);
  }

  static Tolerances of(GoldenCase golden, EngineChoice choice) {
    boolean judged =
        choice.precision() == Precision.BFLOAT16 && choice.engine() != Engine.REFERENCE;
    return new Tolerances(Tolerance.of(choice.precision()), judged ? twicePlain(golden) : Map.of());
  }

  double of(String tensor) {
    return byTensor.getOrDefault(tensor, general);
  }

  private static Map<String, Double> twicePlain(GoldenCase golden) {
    NetworkModel model = golden.model();
    try (ReferenceEncoder plain =
        new ReferenceEncoder(model.config(), model.weights(), Precision.BFLOAT16)) {
      ForwardTrace trace = plain.trace(golden.histories());
      Map<String, Double> tolerances = new HashMap<>();
      for (int i = 0; i < golden.layers().size(); i++) {
        tolerances.put(
            GoldenVerification.LAYER + i, twice(trace.blocks().get(i), golden.layers().get(i)));
      }
      tolerances.put("sequence", twice(trace.sequence(), golden.sequence()));
      tolerances.put("user", twice(trace.users(), golden.users()));
      return tolerances;
    }
  }

  private static double twice(double[] out, double[] expected) {
    return SHARE_OF_PLAIN * EngineVerification.relativeError(out, expected);
  }
}
