package dev.hstu.retrieval.access;

import dev.hstu.retrieval.config.AccessSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys a service knows, checked without a lock, and replaced as soon as their file is. A file
/// that can't be read leaves the keys as they were: neither a typing error nor a full disk locks
/// everybody out or lets anybody in.
public final class AccessKeys implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AccessKeys.class);

  /// Names the caller where no keys are asked for.
  public static final String NO_KEYS = "-";

  private static final AccessCheck OPEN = new AccessCheck.Granted(NO_KEYS);
  private static final AccessCheck UNKNOWN = new AccessCheck.Unknown();
  private static final String SCHEME = "Bearer ";

  /// Compared with where no key has the id, so that the time doesn't tell which ids there are.
  private static final AccessKey NOBODY =
      new AccessKey("nobody", Role.READ, "A".repeat(22), "A".repeat(43), "");

  private final @Nullable KeysFile file;
  private final @Nullable ScheduledExecutorService thread;
  private volatile List<AccessKey> keys;
  private volatile Map<String, AccessKey> byId;
  private String lastProblem = "";

  private AccessKeys(@Nullable KeysFile file, List<AccessKey> keys, int reloadMillis) {
    this.file = file;
    this.keys = keys;
    this.byId = index(keys);
    if (file == null) {
      thread = null;
      return;
    }
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("access-keys").factory());
    ScheduledFuture<?> _ =
        thread.scheduleWithFixedDelay(
            this::look, reloadMillis, reloadMillis, TimeUnit.MILLISECONDS);
  }

  /// The keys of the configured file, which is followed from then on; anyone where none is
  /// configured.
  ///
  /// @throws dev.hstu.kernels.storage.DamagedFileException when the file isn't one of keys
  public static AccessKeys open(AccessSettings settings) throws IOException {
    if (settings.keysFile().isEmpty()) {
      return new AccessKeys(null, List.of(), 0);
    }
    KeysFile file = new KeysFile(settings.keysFile().get());
    return new AccessKeys(file, file.read(), settings.reloadMillis());
  }

  /// Whether callers must show a key.
  public boolean required() {
    return file != null;
  }

  /// Whether a caller may what a role may.
  ///
  /// @param authorization the request's `Authorization` header, null where it has none
  public AccessCheck check(@Nullable String authorization, Role needed) {
    if (file == null) {
      return OPEN;
    }
    if (authorization == null || !authorization.startsWith(SCHEME)) {
      return UNKNOWN;
    }
    return PresentedKey.parse(authorization.substring(SCHEME.length()).strip())
        .map(key -> check(key, needed))
        .orElse(UNKNOWN);
  }

  private AccessCheck check(PresentedKey presented, Role needed) {
    @Nullable AccessKey key = byId.get(presented.id());
    boolean right = (key == null ? NOBODY : key).matches(presented.secret());
    if (key == null || !right) {
      return UNKNOWN;
    }
    return key.role().allows(needed)
        ? new AccessCheck.Granted(key.id())
        : new AccessCheck.RoleTooLow(key.id(), key.role(), needed);
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }

  /// Reads the file again: it is small, and its time of change may not tell two writes apart. Never
  /// throws, since a scheduled task that throws is never run again.
  private void look() {
    try {
      List<AccessKey> read = file == null ? List.of() : file.read();
      if (!read.equals(keys)) {
        keys = read;
        byId = index(read);
        LOG.info("access keys replaced: {}", read.stream().map(AccessKey::id).toList());
      }
      lastProblem = "";
    } catch (IOException | RuntimeException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(lastProblem)) {
        LOG.error("access keys stay as they were: {}", problem);
      }
      lastProblem = problem;
    }
  }

  private static Map<String, AccessKey> index(List<AccessKey> keys) {
    return keys.stream().collect(Collectors.toUnmodifiableMap(AccessKey::id, Function.identity()));
  }
}
