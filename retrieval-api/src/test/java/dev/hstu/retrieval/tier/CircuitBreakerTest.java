package dev.hstu.retrieval.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.tier.CircuitBreaker.State;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Opens after so many failures in a row, lets one request through after a while, and closes or
/// opens by what becomes of it.
class CircuitBreakerTest {

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 50);
  private final CircuitBreaker circuit = new CircuitBreaker(3, 100, now::get);

  @Test
  void onlyFailuresInARowOpenIt() {
    fail(2);
    assertThat(circuit.tryPass()).isTrue();
    circuit.succeeded();
    fail(2);
    assertThat(circuit.state()).isEqualTo(State.CLOSED);

    fail(1);

    assertThat(circuit.state()).isEqualTo(State.OPEN);
    assertThat(circuit.tryPass()).isFalse();
  }

  @Test
  void afterAWhileOneTrialDecides() {
    fail(3);
    now.addAndGet(99);
    assertThat(circuit.tryPass()).isFalse();
    now.addAndGet(1); // over the overflow of the clock, too
    assertThat(circuit.state()).isEqualTo(State.HALF_OPEN);

    assertThat(circuit.tryPass()).isTrue();
    assertThat(circuit.tryPass()).as("one at a time").isFalse();
    circuit.failed();
    assertThat(circuit.state()).isEqualTo(State.OPEN);

    now.addAndGet(100);
    assertThat(circuit.tryPass()).isTrue();
    circuit.succeeded();
    assertThat(circuit.state()).isEqualTo(State.CLOSED);
    assertThat(circuit.tryPass()).isTrue();
  }

  @Test
  void whatSaysNothingAboutTheEndpointLeavesTheTrialToTheNextRequest() {
    fail(3);
    now.addAndGet(100);
    assertThat(circuit.tryPass()).isTrue();

    circuit.undecided();

    assertThat(circuit.state()).isEqualTo(State.HALF_OPEN);
    assertThat(circuit.tryPass()).isTrue();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(circuit.tryPass()).isTrue();
      circuit.failed();
    }
  }
}
