package cases

import "testing"

func TestRange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{
		"21～50名": {21, 50}, "21～50名以下": {21, 50}, "21〜50名": {21, 50}, "21-50": {21, 50}, "21－50人": {21, 50}, "２１～５０名": {21, 50},
		"21 ~ 50 名": {21, 50}, "21名から50名": {21, 50}, "21名以上50名以下": {21, 50}, "21名以上、50名未満": {21, 49}, "21 to 50 employees": {21, 50},
		"20名超50名以下": {21, 50}, "0～5名": {1, 5}, "21ー50名": {21, 50}, "1,000～2,000名": {1000, 2000},
		"5名以下": {1, 5}, "50人以内": {1, 50}, "50人まで": {1, 50}, "100名未満": {1, 99}, "～50名": {1, 50}, "under 50": {1, 49}, "up to 50 people": {1, 50}, "≦50": {1, 50},
		"301名以上": {301, 0}, "100名超": {101, 0}, "100名を超える": {101, 0}, "300名～": {300, 0}, "50+": {50, 0}, "over 100": {101, 0}, "at least 100 employees": {100, 0},
		"30人": {30, 30}, "約30名": {30, 30}, "30人くらい": {30, 30}, "30名程度": {30, 30}, "従業員数は30名": {30, 30}, "1,000名": {1000, 1000}, "1，０００名": {1000, 1000}, "about 30 people": {30, 30},
		"30": {30, 30}, " 30名 ": {30, 30},
	} {
		if got, ok := Range(text); !ok || *got != want {
			t.Errorf("Range(%q) = %+v %v, want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "数名", "数十名", "30数名", "非公開", "50～21名", "0名", "1名未満", "21 50", "21,50", "-5名", "2021年", "30名と50名",
		"1,0001名", "101～300名以上", "under 50以下", "999999999999999999999", "30％", "30名、50名", "約", "名", "21～～50"} {
		if got, ok := Range(text); ok {
			t.Errorf("Range(%q) = %+v, want none", text, got)
		}
	}
}

// Whatever Range reads holds at least one company, and prints as what it read.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{"21～50名以下", "301名以上", "約30名", "under 50", "1,000名", "20名超50名未満", "～5", "数名", "0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		size, ok := Range(text)
		if !ok {
			if size != nil {
				t.Fatalf("Range(%q) = %+v and not ok", text, size)
			}
			return
		}
		if size.Min < 1 || size.Max != 0 && size.Max < size.Min {
			t.Fatalf("Range(%q) = %+v", text, size)
		}
		again, ok := Range(size.String())
		if !ok || *again != *size {
			t.Fatalf("Range(%q) = %+v prints %q, which reads as %+v", text, size, size, again)
		}
	})
}
