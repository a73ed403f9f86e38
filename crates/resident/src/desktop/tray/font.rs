//! The digits of the badge, drawn for the two smallest sizes at which they can still be read.

/// Rows from the top, the lowest `width` bits of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub(super) width: u32,
    pub(super) height: u32,
    glyphs: &'static [&'static [u8]; 11],
}

impl Font {
    /// Whether the pixel of a character is set. Only digits and `+` have any.
    pub(super) fn is_set(self, character: char, x: u32, y: u32) -> bool {
        let index = match character.to_digit(10) {
            Some(digit) => digit as usize,
            None => 10,
        };
        let row = self.glyphs[index].get(y as usize).copied().unwrap_or(0);
        x < self.width && row >> (self.width - 1 - x) & 1 == 1
    }
}

/// 3 by 5 pixels.
pub(super) const SMALL: Font = Font {
    width: 3,
    height: 5,
    glyphs: &[
        &[0b111, 0b101, 0b101, 0b101, 0b111],
        &[0b010, 0b110, 0b010, 0b010, 0b111],
        &[0b111, 0b001, 0b111, 0b100, 0b111],
        &[0b111, 0b001, 0b011, 0b001, 0b111],
        &[0b101, 0b101, 0b111, 0b001, 0b001],
        &[0b111, 0b100, 0b111, 0b001, 0b111],
        &[0b111, 0b100, 0b111, 0b101, 0b111],
        &[0b111, 0b001, 0b010, 0b010, 0b010],
        &[0b111, 0b101, 0b111, 0b101, 0b111],
        &[0b111, 0b101, 0b111, 0b001, 0b111],
        &[0b000, 0b010, 0b111, 0b010, 0b000],
    ],
};

/// 4 by 7 pixels.
pub(super) const LARGE: Font = Font {
    width: 4,
    height: 7,
    glyphs: &[
        &[0b0110, 0b1001, 0b1001, 0b1001, 0b1001, 0b1001, 0b0110],
        &[0b0010, 0b0110, 0b0010, 0b0010, 0b0010, 0b0010, 0b0111],
        &[0b0110, 0b1001, 0b0001, 0b0010, 0b0100, 0b1000, 0b1111],
        &[0b0110, 0b1001, 0b0001, 0b0110, 0b0001, 0b1001, 0b0110],
        &[0b0001, 0b0011, 0b0101, 0b1001, 0b1111, 0b0001, 0b0001],
        &[0b1111, 0b1000, 0b1110, 0b0001, 0b0001, 0b1001, 0b0110],
        &[0b0110, 0b1000, 0b1000, 0b1110, 0b1001, 0b1001, 0b0110],
        &[0b1111, 0b0001, 0b0010, 0b0010, 0b0100, 0b0100, 0b0100],
        &[0b0110, 0b1001, 0b1001, 0b0110, 0b1001, 0b1001, 0b0110],
        &[0b0110, 0b1001, 0b1001, 0b0111, 0b0001, 0b0001, 0b0110],
        &[0b0000, 0b0000, 0b0010, 0b0111, 0b0010, 0b0000, 0b0000],
    ],
};
