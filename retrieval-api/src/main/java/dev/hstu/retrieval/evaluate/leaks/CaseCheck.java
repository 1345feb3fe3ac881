package dev.hstu.retrieval.evaluate.leaks;

import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A leak that each case shows by itself.
///
/// @param leaks whether a case of the audit has it
/// @param mend of a case that has it, or null where such cases can only be left out
record CaseCheck(
    String kind,
    String words,
    BiPredicate<Audit, AuditCase> leaks,
    @Nullable UnaryOperator<AuditCase> mend)
    implements LeakCheck {

  @Override
  public int count(Audit audit) {
    int count = 0;
    for (int c = 0; c < audit.cases().size(); c++) {
      count += leaks.test(audit, audit.cases().get(c)) ? 1 : 0;
    }
    return count;
  }

  @Override
  public Audit mended(Audit audit) {
    UnaryOperator<AuditCase> change = mend;
    return audit.withCases(
        change == null
            ? audit.cases().filter(one -> !leaks.test(audit, one))
            : audit.cases().map(one -> leaks.test(audit, one) ? change.apply(one) : one));
  }
}
