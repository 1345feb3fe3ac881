package dev.hstu.retrieval;

/// A verb that another module adds to the command line, found by [java.util.ServiceLoader].
public interface VerbProvider {

  /// An instance of a picocli `@Command` class.
  Object verb();
}
