package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.retrieval.evaluate.EvaluationProtocol;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Cases by number, made when they are asked for, so that a mended evaluation takes no memory of
/// its own. Any thread may ask.
public final class AuditCases {

  private final int size;
  private final IntFunction<AuditCase> cases;

  private AuditCases(int size, IntFunction<AuditCase> cases) {
    this.size = size;
    this.cases = cases;
  }

  /// Cases that were read.
  public static AuditCases of(List<AuditCase> cases) {
    return new AuditCases(cases.size(), List.copyOf(cases)::get);
  }

  /// The cases of a protocol over prepared data.
  public static AuditCases of(EvaluationProtocol protocol, PreparedData data) {
    return new AuditCases(
        protocol.cases(),
        c ->
            new AuditCase(
                data.users().idAt(protocol.user(c)),
                protocol.history(c),
                protocol.targetItem(c),
                data.log().times()[protocol.targetEvent(c)],
                null,
                null));
  }

  public int size() {
    return size;
  }

  public AuditCase get(int c) {
    return cases.apply(c);
  }

  AuditCases map(UnaryOperator<AuditCase> change) {
    return new AuditCases(size, c -> change.apply(cases.apply(c)));
  }

  AuditCases filter(Predicate<AuditCase> kept) {
    int[] numbers = IntStream.range(0, size).filter(c -> kept.test(get(c))).toArray();
    return new AuditCases(numbers.length, c -> cases.apply(numbers[c]));
  }
}
