package embeddings

import (
	"encoding/binary"
	"math"
)

// Bytes writes a dense vector as stores keep it: float32, little endian.
func Bytes(v []float32) []byte {
	blob := make([]byte, 0, 4*len(v))
	for _, x := range v {
		blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(x))
	}
	return blob
}

// Floats reads what Bytes wrote; nil where there is nothing.
func Floats(blob []byte) []float32 {
	if len(blob) == 0 {
		return nil
	}
	v := make([]float32, len(blob)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:]))
	}
	return v
}
