package dev.hstu.kernels.tables;

/// Takes the labels of a column one by one, as numbers.
@FunctionalInterface
public interface LabelVisitor {

  /// Takes one label of a row.
  ///
  /// @param code the label's row in [AttributeTable#labelValues]
  void visit(int row, int code);
}
