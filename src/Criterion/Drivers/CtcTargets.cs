namespace Criterion.Drivers;

/// <summary>The label sequences of a batch.</summary>
/// <param name="Labels">All labels, sample after sample.</param>
/// <param name="Starts">The index of each sample's first label.</param>
/// <param name="Lengths">The number of labels of each sample.</param>
/// <param name="InputLengths">The number of steps of each sample.</param>
/// <param name="Blank">The class that represents no label.</param>
internal sealed record CtcTargets(long[] Labels, int[] Starts, int[] Lengths, int[] InputLengths, int Blank)
{
    /// <summary>The number of samples.</summary>
    public int Count => Lengths.Length;

    /// <summary>Returns the number of places of a sample: its labels and the blanks around them.</summary>
    public int Places(int sample) => (2 * Lengths[sample]) + 1;

    /// <summary>Returns the class at a place.</summary>
    public int Label(int sample, int place) => place % 2 == 0 ? Blank : (int)Labels[Starts[sample] + (place / 2)];

    /// <summary>Returns whether a path may reach a place from two before it: over a blank, from another label.</summary>
    public bool MaySkip(int sample, int place) => place % 2 == 1 && place > 1 && Label(sample, place) != Label(sample, place - 2);
}
