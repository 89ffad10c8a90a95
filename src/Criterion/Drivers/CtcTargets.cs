namespace Criterion.Drivers;

/// <summary>The label sequences of a batch.</summary>
/// <param name="Labels">All labels, sample after sample.</param>
/// <param name="Starts">Where each sample's labels start.</param>
/// <param name="Lengths">How many labels each sample has.</param>
/// <param name="InputLengths">How many steps each sample has.</param>
/// <param name="Blank">The class that stands for no label.</param>
internal sealed record CtcTargets(long[] Labels, int[] Starts, int[] Lengths, int[] InputLengths, int Blank)
{
    /// <summary>The number of samples.</summary>
    public int Count => Lengths.Length;

    /// <summary>The places of a sample: its labels and the blanks around them.</summary>
    public int Places(int sample) => (2 * Lengths[sample]) + 1;

    /// <summary>The class at a place.</summary>
    public int Label(int sample, int place) => place % 2 == 0 ? Blank : (int)Labels[Starts[sample] + (place / 2)];

    /// <summary>Whether a path may reach a place from two before: over a blank, from another label.</summary>
    public bool MaySkip(int sample, int place) => place % 2 == 1 && place > 1 && Label(sample, place) != Label(sample, place - 2);
}
