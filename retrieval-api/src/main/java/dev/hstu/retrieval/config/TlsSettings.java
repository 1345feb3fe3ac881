package dev.hstu.retrieval.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// HTTPS in place of HTTP, of `hstu serve` and of `hstu encoder`; `tls.*`. Read at the start.
///
/// @param keyStore PKCS #12 file with the private key and its certificates; empty serves HTTP
/// @param passwordFile file whose first line is the key store's password
public record TlsSettings(Optional<Path> keyStore, Optional<Path> passwordFile) {

  private static final String NONE = "none";

  static final Setting<String> KEY_STORE =
      Setting.text(
          "tls.key-store",
          NONE,
          "none, or the path of a PKCS #12 file",
          "Serves HTTPS (TLS 1.3 and 1.2) with this key and its certificates in place of HTTP; of hstu"
              + " serve and of hstu encoder.");
  static final Setting<String> PASSWORD_FILE =
      Setting.text(
          "tls.password-file",
          NONE,
          "none, or the path of a file whose first line is the password of tls.key-store",
          "In a file, since options and environment variables of a process can be seen by others.");

  static final List<Setting<?>> SETTINGS = List.of(KEY_STORE, PASSWORD_FILE);

  public TlsSettings {
    if (keyStore.isPresent() != passwordFile.isPresent()) {
      throw new InvalidSettingException(
          "%s and %s go together; set both or none"
              .formatted(KEY_STORE.key(), PASSWORD_FILE.key()));
    }
  }

  static TlsSettings from(SettingValues values) {
    return new TlsSettings(path(values.get(KEY_STORE)), path(values.get(PASSWORD_FILE)));
  }

  private static Optional<Path> path(String text) {
    return text.equals(NONE) ? Optional.empty() : Optional.of(Path.of(text));
  }
}
