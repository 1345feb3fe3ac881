package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.ServingSettings;

/// The service could not be started; the message says why and what to do.
public final class ServiceStartException extends RuntimeException {

  private ServiceStartException(String message, Throwable cause) {
    super(message, cause);
  }

  static ServiceStartException cannotListen(ServingSettings settings, Throwable cause) {
    return new ServiceStartException(
        "cannot listen on %s:%d (%s); choose another serving.port, or 0 for a free one"
            .formatted(settings.host(), settings.port(), rootMessage(cause)),
        cause);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
