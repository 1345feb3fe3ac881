package dev.hstu.retrieval.evaluate.leaks;

/// One kind of leak: tells whether a case has it, and what the evaluation is without it.
interface LeakCheck {

  /// The kind's name, e.g. `target-in-history`.
  String kind();

  /// What is wrong, e.g. `the target is among the events the model is told`.
  String words();

  /// Number of cases with this leak; called before [#mended].
  int count(Audit audit);

  /// The same evaluation without the leak.
  Audit mended(Audit audit);
}
