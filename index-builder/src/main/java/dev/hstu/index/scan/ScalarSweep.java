package dev.hstu.index.scan;

import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// The reference for every [Int8Sweep]: three loops.
final class ScalarSweep implements Int8Sweep {

  @Override
  public void sweep(
      MemorySegment codes, long offsetBytes, long nextOffsetBytes, int rows, SweepBuffers buffers) {
    Objects.checkFromToIndex(0, rows, buffers.maxRows());
    buffers.clear();
    long blockBytes = CodeBlocks.blockBytes(buffers.dimension());
    for (int row = 0; row < rows; row++) {
      int block = row / CodeBlocks.ROWS;
      long offset = offsetBytes + block * blockBytes;
      for (int query = 0; query < buffers.queries(); query++) {
        int product = 0;
        for (int c = 0; c < buffers.dimension(); c++) {
          byte code = codes.get(ValueLayout.JAVA_BYTE, offset + CodeBlocks.offsetInBlock(row, c));
          product += code * buffers.queryCode(query, c);
        }
        if (product >= buffers.floor(block, query)) {
          buffers.add(query, row, product);
        }
      }
    }
  }

  @Override
  public String description() {
    return "plain Java";
  }
}
