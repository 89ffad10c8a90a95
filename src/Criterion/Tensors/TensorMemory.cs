using Criterion.Memory;

namespace Criterion;

/// <summary>Which elements of which memory a tensor shows: equal for a tensor and one that was detached from it.</summary>
internal readonly record struct TensorMemory(Storage Storage, int Offset, Shape Shape)
{
    public static TensorMemory Of(Tensor tensor) => new(tensor.Storage, tensor.Offset, tensor.Shape);

    /// <summary>The first of each group of tensors that are one.</summary>
    public static IEnumerable<Tensor> Distinct(IEnumerable<Tensor> tensors) => tensors.DistinctBy(Of);

    /// <summary>The same, without allocating where a few tensors have storages of their own: for every step of a training.</summary>
    public static Tensor[] Distinct(Tensor[] tensors) => HaveOwnStorages(tensors) ? tensors : [.. tensors.DistinctBy(Of)];

    static bool HaveOwnStorages(Tensor[] tensors)
    {
        const int Few = 64;
        if (tensors.Length > Few)
        {
            return false;
        }

        for (int i = 1; i < tensors.Length; i++)
        {
            foreach (Tensor before in tensors.AsSpan(0, i))
            {
                if (before.Storage == tensors[i].Storage)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
