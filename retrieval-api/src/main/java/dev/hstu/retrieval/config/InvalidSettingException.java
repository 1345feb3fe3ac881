package dev.hstu.retrieval.config;

/// A configuration that cannot be used; the message names the source, the key, the value, what is
/// allowed and the mend. Stops the start.
public final class InvalidSettingException extends RuntimeException {

  public InvalidSettingException(String message) {
    super(message);
  }

  public InvalidSettingException(String message, Throwable cause) {
    super(message, cause);
  }
}
