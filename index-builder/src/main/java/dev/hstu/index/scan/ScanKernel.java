package dev.hstu.index.scan;

import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.NativeSweep;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What sweeps int8 codes, by the system property [#PROPERTY]. All give the same results.
public enum ScanKernel {
  /// [#NATIVE] where it runs, else [#VECTOR].
  AUTO,
  /// The compiled kernel of `kernels`; asking for it where it doesn't run fails.
  NATIVE,
  /// The JDK Vector API.
  VECTOR;

  /// `auto`, `native` or `vector`; `auto` by default.
  public static final String PROPERTY = "hstu.scan.kernel";

  private static final Logger LOG = LoggerFactory.getLogger(ScanKernel.class);

  /// Chosen once for the process, so that the calls of the sweep have one target to inline.
  private static final class Chosen {
    private static final Int8Sweep SWEEP = log(parse(System.getProperty(PROPERTY)).sweep());

    private static Int8Sweep log(Int8Sweep sweep) {
      LOG.info("int8 codes are swept by the {}", sweep.description());
      return sweep;
    }
  }

  /// The one this process uses.
  ///
  /// @throws IllegalStateException when the property asks for the native kernel, which can't run
  public static Int8Sweep chosen() {
    return Chosen.SWEEP;
  }

  /// What sweeps int8 codes in this process and, where that isn't the native kernel, why not: one
  /// line for people.
  public static String explanation() {
    String chosen = "int8 codes of indexes are swept by the " + chosen().description();
    if (keepsBest()) {
      return chosen;
    }
    return switch (NativeSweep.here()) {
      case NativeSweep.Availability.Present _ -> chosen + ", as " + PROPERTY + " asks for";
      case NativeSweep.Availability.Absent absent ->
          "%s; the native kernel can't run: %s".formatted(chosen, absent.reason());
    };
  }

  /// Whether this process sweeps by the native kernel, which can keep the best as well
  /// ([dev.hstu.kernels.cpu.NativeBest]).
  public static boolean keepsBest() {
    return chosen() instanceof NativeSweep;
  }

  static ScanKernel parse(String name) {
    if (name == null) {
      return AUTO;
    }
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s=%s must be auto, native or vector".formatted(PROPERTY, name), e);
    }
  }

  /// An implementation of this kind.
  ///
  /// @throws IllegalStateException when the native kernel is asked for and can't run, with why
  public Int8Sweep sweep() {
    return switch (this) {
      case VECTOR -> new VectorSweep();
      case AUTO ->
          switch (NativeSweep.here()) {
            case NativeSweep.Availability.Present present -> present.sweep();
            case NativeSweep.Availability.Absent _ -> new VectorSweep();
          };
      case NATIVE ->
          switch (NativeSweep.here()) {
            case NativeSweep.Availability.Present present -> present.sweep();
            case NativeSweep.Availability.Absent absent ->
                throw new IllegalStateException(
                    "%s=native, but the kernel can't run here: %s; set it to auto or vector"
                        .formatted(PROPERTY, absent.reason()));
          };
    };
  }
}
