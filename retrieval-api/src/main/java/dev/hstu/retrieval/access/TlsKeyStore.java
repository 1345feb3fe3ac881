package dev.hstu.retrieval.access;

import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;

/// A server's private key and its certificates. Opened here before any server does, since servers
/// name neither the file nor the setting when they can't.
///
/// @param file PKCS #12
/// @param password that opens it
public record TlsKeyStore(Path file, String password) {

  /// As key stores and servers call PKCS #12.
  public static final String TYPE = "PKCS12";

  /// The configured key store; empty where HTTP is served.
  ///
  /// @throws InvalidSettingException when it can't be opened with the password
  public static Optional<TlsKeyStore> open(TlsSettings settings) {
    return settings
        .keyStore()
        .flatMap(file -> settings.passwordFile().map(password -> open(file, password)));
  }

  private static TlsKeyStore open(Path file, Path passwordFile) {
    try (InputStream bytes = Files.newInputStream(file)) {
      String password =
          Files.readString(passwordFile, StandardCharsets.UTF_8).lines().findFirst().orElse("");
      KeyStore.getInstance(TYPE).load(bytes, password.toCharArray());
      return new TlsKeyStore(file, password);
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidSettingException(
          "tls.key-store=%s cannot be opened with the first line of tls.password-file=%s (%s); give a"
                  .formatted(file, passwordFile, e.getMessage())
              + " PKCS #12 file and its password",
          e);
    }
  }

  /// Without the password.
  @Override
  public String toString() {
    return "key store " + file;
  }
}
