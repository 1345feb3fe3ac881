package dev.hstu.benchmarks.service;

import java.util.List;
import java.util.regex.Pattern;

/// The processors that a measured server runs on, by `taskset` of util-linux: those of whoever
/// starts it, or some of its own, so that what a client needs is not missing at the server.
///
/// @param list as `taskset -c` takes it, such as `0,1` or `0-3`; empty for those of the caller
public record ServerCores(String list) {

  /// The caller's own.
  public static final ServerCores SHARED = new ServerCores("");

  private static final Pattern LIST =
      Pattern.compile("(\\d{1,4}(-\\d{1,4})?)(,\\d{1,4}(-\\d{1,4})?)*");

  public ServerCores {
    if (!list.isEmpty() && !LIST.matcher(list).matches()) {
      throw new IllegalArgumentException(
          "cores '%s' must be numbers of processors such as 0,1 or 0-3".formatted(list));
    }
  }

  /// What stands before a server's own command.
  List<String> command() {
    return list.isEmpty() ? List.of() : List.of("taskset", "-c", list);
  }
}
