package dev.hstu.benchmarks.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which processors a measured server is given.
final class ServerCoresTest {

  @Test
  void aServerOnTheCallersProcessorsIsStartedByItsOwnCommand() {
    assertThat(ServerCores.SHARED.command()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0,1", "2-3", "0,4-7,12"})
  void othersAreStartedThroughTaskset(String list) {
    assertThat(new ServerCores(list).command()).containsExactly("taskset", "-c", list);
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a", "0,", "-1", "0;1", "0--1", "12345"})
  void whatIsNoListOfProcessorsIsRefused(String list) {
    assertThatThrownBy(() -> new ServerCores(list))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + list + "'")
        .hasMessageContaining("0,1 or 0-3");
  }
}
