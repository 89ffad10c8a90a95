namespace Criterion.Drivers;

/// <summary>One or several labels per item, of which −1 is none.</summary>
internal sealed class ItemLabels(long[] values, int each)
{
    const long None = -1;

    /// <summary>Returns the labels of an item.</summary>
    public ReadOnlySpan<long> this[int item] => values.AsSpan(item * each, each);

    /// <summary>Writes whether each item has one of the labels.</summary>
    public void Match(ReadOnlySpan<long> labels, Span<bool> isMatch)
    {
        if (each == 1 && labels.Length == 1)
        {
            MatchOne(labels[0], isMatch);
            return;
        }

        for (int item = 0; item < isMatch.Length; item++)
        {
            isMatch[item] = HasAny(this[item], labels);
        }
    }

    void MatchOne(long label, Span<bool> isMatch)
    {
        if (label == None)
        {
            isMatch.Clear();
            return;
        }

        ReadOnlySpan<long> own = values;
        for (int item = 0; item < isMatch.Length; item++)
        {
            isMatch[item] = own[item] == label;
        }
    }

    static bool HasAny(ReadOnlySpan<long> own, ReadOnlySpan<long> labels)
    {
        foreach (long label in own)
        {
            if (label != None && labels.Contains(label))
            {
                return true;
            }
        }

        return false;
    }
}
