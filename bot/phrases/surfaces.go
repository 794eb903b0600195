package phrases

import "fmt"

// surfaces are the words of shortcuts, the Home tab, and papers for a meeting.
type surfaces struct {
	FindTitle, FindSubmit, FindWords, FindHint, any                            string
	LikeEntry, LikeTitle, ShareInThread, ThisThread, AnswerTitle               string
	AskHead, AskLabel, AskHint, AskButton                                      string
	ExportButton, ExportHint, ExportTitle, ExportCopy, ExportOpen, ExportWhich string
	ExportDirect, ExportThread, ExportedDirect, ExportedThread, exportFailed   string
	paperTitle, PaperDid, PaperCases                                           string
	BrowseHead, SharedHead, HowHead, How                                       string
}

// Any is the choice of a menu that does not choose; name is the column's.
func (p *Phrases) Any(name string) string { return fmt.Sprintf(p.any, name) }

// PaperTitle heads the paper about some cases.
func (p *Phrases) PaperTitle(pages string) string { return fmt.Sprintf(p.paperTitle, pages) }

// ExportFailed says that Slack took no file, with Slack's reason.
func (p *Phrases) ExportFailed(reason string) string { return fmt.Sprintf(p.exportFailed, reason) }
