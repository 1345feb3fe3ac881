package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.ServingSettings;
import org.jspecify.annotations.Nullable;

/// The service could not be started; the message says why and what to do.
public final class ServiceStartException extends RuntimeException {

  private ServiceStartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  static ServiceStartException cannotListen(ServingSettings settings, Throwable cause) {
    return new ServiceStartException(
        "cannot listen on %s:%d (%s); choose another serving.port, or 0 for a free one"
            .formatted(settings.host(), settings.port(), rootMessage(cause)),
        cause);
  }

  static ServiceStartException withoutKeys(ServingSettings settings) {
    return new ServiceStartException(
        "serving.host=%s can be reached from other machines and access.keys-file=none asks nobody for a"
                .formatted(settings.host())
            + " key; make one by `hstu keys add` and set access.keys-file, or listen on 127.0.0.1",
        null);
  }

  static ServiceStartException unusableKeys(Throwable cause) {
    return new ServiceStartException(
        "%s; correct access.keys-file".formatted(cause.getMessage()), cause);
  }

  static ServiceStartException unusableUsers(Throwable cause) {
    return new ServiceStartException(
        "%s; correct users.folder, or set it to none".formatted(cause.getMessage()), cause);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
