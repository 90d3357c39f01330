const ROUNDS = 16;
const WORDS = ROUNDS + 2 + 4 * 256;
/** More bits than are used, for the rounding of the series. */
const SPARE = 64n;

/** The fraction of pi, which Blowfish begins with, in 32-bit words, by Machin's formula. */
function wordsOfPi(): Int32Array {
  const bits = BigInt(WORDS * 32) + SPARE;
  const one = 1n << bits;
  const pi = 16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one);
  const fraction = ((pi - 3n * one) >> SPARE).toString(16).padStart(WORDS * 8, "0");
  return Int32Array.from(
    { length: WORDS },
    (_, index) => Number.parseInt(fraction.slice(8 * index, 8 * index + 8), 16) | 0,
  );
}

function arctanOfInverse(inverse: bigint, one: bigint): bigint {
  const square = inverse * inverse;
  let power = one / inverse;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power > 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / divisor;
  }
  return sum;
}

let pi: Int32Array | undefined;

/** Blowfish with bcrypt's key schedule (Provos and Mazières, A Future-Adaptable Password Scheme, 1999). */
export class Blowfish {
  readonly #subkeys: Int32Array;
  readonly #boxes: Int32Array;
  left = 0;
  right = 0;

  constructor() {
    pi ??= wordsOfPi();
    this.#subkeys = pi.slice(0, ROUNDS + 2);
    this.#boxes = pi.slice(ROUNDS + 2);
  }

  /** Encrypts `left` and `right` in place. */
  encrypt(): void {
    const [subkeys, boxes] = [this.#subkeys, this.#boxes];
    let { left, right } = this;
    for (let round = 0; round < ROUNDS; round++) {
      left ^= subkeys[round] as number;
      const half = ((boxes[left >>> 24] as number) + (boxes[256 + ((left >>> 16) & 255)] as number)) | 0;
      const mixed = half ^ (boxes[512 + ((left >>> 8) & 255)] as number);
      right ^= (mixed + (boxes[768 + (left & 255)] as number)) | 0;
      [left, right] = [right, left];
    }
    this.left = right ^ (subkeys[ROUNDS + 1] as number);
    this.right = left ^ (subkeys[ROUNDS] as number);
  }

  /** Mixes a key in, and a salt where there is one; both go round and round. */
  expand(key: Uint8Array, salt: Uint8Array | undefined): void {
    let at = 0;
    for (let index = 0; index < this.#subkeys.length; index++) {
      let word = 0;
      for (let byte = 0; byte < 4; byte++) word = (word << 8) | (key[at++ % key.length] ?? 0);
      this.#subkeys[index] = (this.#subkeys[index] as number) ^ word;
    }
    this.left = 0;
    this.right = 0;
    let saltAt = 0;
    const word = (): number => {
      if (salt === undefined) return 0;
      let value = 0;
      for (let byte = 0; byte < 4; byte++) value = (value << 8) | (salt[saltAt++ % salt.length] ?? 0);
      return value;
    };
    for (const table of [this.#subkeys, this.#boxes]) {
      for (let index = 0; index < table.length; index += 2) {
        this.left ^= word();
        this.right ^= word();
        this.encrypt();
        table[index] = this.left;
        table[index + 1] = this.right;
      }
    }
  }
}
