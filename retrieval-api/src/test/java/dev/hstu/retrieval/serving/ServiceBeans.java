package dev.hstu.retrieval.serving;

/// What a running service is made of, for tests that ask what no route tells.
public final class ServiceBeans {

  private ServiceBeans() {}

  /// The one bean of a type.
  public static <T> T of(RunningService service, Class<T> type) {
    return service.context().getBean(type);
  }
}
