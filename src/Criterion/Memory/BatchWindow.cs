namespace Criterion.Memory;

/// <summary>
/// The rows of a batch that a thread computes separately. Random numbers for these rows are those that the whole batch would have
/// drawn for them: every part draws from where the first one began.
/// </summary>
/// <param name="first">The first row.</param>
/// <param name="count">The number of rows.</param>
/// <param name="total">The rows of the batch.</param>
/// <param name="starts">The position of each stream before its first draw; added to.</param>
internal sealed class BatchWindow(int first, int count, int total, Dictionary<object, ulong> starts)
{
    /// <summary>Records the position of a stream that is about to be drawn from.</summary>
    public void BeforeDraw(object stream, ulong position) => starts.TryAdd(stream, position);

    /// <summary>
    /// Returns the elements that the whole batch draws where its part draws a tensor, and how many of them are before those of the part. A
    /// tensor without a row for each of the part is drawn as it is.
    /// </summary>
    /// <param name="rows">The size of the first dimension.</param>
    /// <param name="elements">The number of elements.</param>
    public (long Before, long Total) Elements(int rows, int elements)
    {
        long each = rows == count ? elements / rows : 0;
        return rows == count ? (each * first, each * total) : (0, elements);
    }
}
