package strongroom

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The tests run in another folder than the one they begin in.
var source, _ = os.Getwd()

func TestEveryKindHasTheNameThatIsWrittenDown(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(source, "../../tests/golden/codes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(text))
	if len(lines) != 2*len(kinds) {
		t.Errorf("%d kinds, and %d are written down", len(kinds), len(lines)/2)
	}
	for index := 0; index+1 < len(lines); index += 2 {
		code, err := strconv.Atoi(lines[index])
		if err != nil {
			t.Fatal(err)
		}
		known, ok := kinds[int32(code)]
		if !ok || !strings.EqualFold(strings.ReplaceAll(known.name, "_", ""), lines[index+1]) {
			t.Errorf("%d is %s, and here %v", code, lines[index+1], known)
		}
	}
}

func TestAStatusWithoutAnErrorSaysWhatItMeans(t *testing.T) {
	err := failure(90, nil)
	if !errors.Is(err, ErrForked) || !strings.HasSuffix(err.Error(), "Open the store again here.") {
		t.Error(err)
	}
}

func TestAnUnknownStatusIsAnErrorOfNoKind(t *testing.T) {
	var failed *Error
	if err := failure(12345, nil); !errors.As(err, &failed) || failed.Name != "unknown" || failed.Code != 12345 {
		t.Error(err)
	}
	if len(failed.Unwrap()) != 0 {
		t.Error(failed.Unwrap())
	}
}

func TestAnotherInterfaceIsRefused(t *testing.T) {
	if err := checkInterface(1, 1); err != nil {
		t.Error(err)
	}
	err := checkInterface(2, 1)
	if err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Error(err)
	}
}

func TestANumberWithoutANameIsShown(t *testing.T) {
	if TierCritical.String() != "critical" || Tier(77).String() != "77" {
		t.Error(TierCritical, Tier(77))
	}
}
