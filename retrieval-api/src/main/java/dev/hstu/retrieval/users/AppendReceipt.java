package dev.hstu.retrieval.users;

/// What became of events and attributes that were sent; all of it is on the disk.
///
/// @param added events kept from now on
/// @param known events there already, or sent twice
/// @param dropped the oldest events, of those stored and those sent, beyond the bound
/// @param events the user has now
/// @param addedAttributes entries of slow series kept from now on
/// @param attributes entries the user has now
public record AppendReceipt(
    int added, int known, int dropped, int events, int addedAttributes, int attributes) {}
