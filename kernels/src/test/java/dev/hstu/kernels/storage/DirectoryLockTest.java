package dev.hstu.kernels.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One holder at a time, in this process and among processes; a killed holder frees the lock.
class DirectoryLockTest {
  @TempDir Path directory;

  @Test
  void refusesASecondHolderInThisProcessAndKeepsTheFirst() throws Exception {
    try (DirectoryLock lock = DirectoryLock.acquire(directory)) {
      assertThat(lock.directory()).isEqualTo(directory.toRealPath());
      assertThatThrownBy(
              () -> DirectoryLock.acquire(directory.resolve("../" + directory.getFileName())))
          .isInstanceOf(DirectoryLockedException.class)
          .hasMessageContaining("this process (pid " + ProcessHandle.current().pid() + ")");
      // The refused attempt must not have dropped the process's lock on the file.
      Process other = holder();
      assertThat(firstLine(other))
          .contains("locked by another process (pid " + ProcessHandle.current().pid());
      assertThat(other.waitFor()).isZero();
    }
    DirectoryLock.acquire(directory).close();
  }

  @Test
  void namesTheHolderInAnotherProcessAndIsFreedByItsDeath() throws Exception {
    Process other = holder();
    assertThat(firstLine(other)).isEqualTo("held");
    assertThatThrownBy(() -> DirectoryLock.acquire(directory))
        .isInstanceOf(DirectoryLockedException.class)
        .hasMessageContaining("pid " + other.pid());
    other.destroyForcibly().waitFor();
    try (DirectoryLock lock = DirectoryLock.acquire(directory)) {
      assertThat(lock.directory().resolve(DirectoryLock.FILE_NAME))
          .hasContent(Long.toString(ProcessHandle.current().pid()));
    }
    assertThat(Files.size(directory.resolve(DirectoryLock.FILE_NAME))).isZero();
  }

  @Test
  void closingTwiceDoesNotFreeTheNextHoldersLock() throws IOException {
    DirectoryLock first = DirectoryLock.acquire(directory);
    first.close();
    try (DirectoryLock second = DirectoryLock.acquire(directory)) {
      first.close();
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .as("%s is still held", second.directory())
          .isInstanceOf(DirectoryLockedException.class);
    }
  }

  private static String firstLine(Process process) throws IOException {
    BufferedReader lines = process.inputReader();
    return String.valueOf(lines.readLine());
  }

  private Process holder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            LockHolder.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// Takes the lock, says so, and holds it until its input ends.
  static final class LockHolder {
    private LockHolder() {}

    public static void main(String[] arguments) throws IOException {
      try (DirectoryLock lock = DirectoryLock.acquire(Path.of(arguments[0]))) {
        System.out.println("held");
        int end = System.in.read();
        System.err.println(lock.directory() + " freed after " + end);
      } catch (DirectoryLockedException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
