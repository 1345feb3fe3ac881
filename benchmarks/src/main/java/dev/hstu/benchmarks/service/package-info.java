/// A running service against its floor: the same searches in process, and a bare route that returns
/// as many bytes. Start at [ServiceFigures].
@NullMarked
package dev.hstu.benchmarks.service;

import org.jspecify.annotations.NullMarked;
