//! Published test vectors of every primitive.
