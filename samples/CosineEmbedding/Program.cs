using Criterion;
using Criterion.Losses;
using Criterion.Nn;

namespace CosineEmbedding;

/// <summary>The four uses of CosineEmbeddingLoss: similar pairs, a mixed batch, two faces, and a query against a gallery.</summary>
public static class Program
{
    public static void Main()
    {
        RandomStream.Seed(1);
        Console.WriteLine($"similar pairs       {SimilarPairs():0.0000}");
        Console.WriteLine($"mixed batch         {MixedBatch():0.0000}");
        Console.WriteLine($"two faces           {TwoFaces():0.0000}");
        Console.WriteLine($"query and gallery   {QueryAgainstGallery():0.0000}");
    }

    /// <summary>A Siamese network: both embeddings of a pair should point the same way.</summary>
    public static double SimilarPairs()
    {
        var cosineLoss = new CosineEmbeddingLoss(0.0);

        // Two embeddings from the same class.
        Tensor embedding1 = Tensor.Randn([32, 128]); // 32 pairs of 128 numbers
        Tensor embedding2 = Tensor.Randn([32, 128]);
        Tensor target = Tensor.Ones([32]); // 1 means similar
        Tensor loss = cosineLoss.Forward(embedding1, embedding2, target);

        return loss.Item(); // 1 − the mean cosine: near 1 for directions drawn at random
    }

    /// <summary>Similar and dissimilar pairs in one batch.</summary>
    public static double MixedBatch()
    {
        Tensor positive1 = Tensor.Randn([16, 128]);
        Tensor positive2 = Tensor.Randn([16, 128]);
        Tensor positiveTarget = Tensor.Ones([16]); // similar
        Tensor negative1 = Tensor.Randn([16, 128]);
        Tensor negative2 = Tensor.Randn([16, 128]);
        Tensor negativeTarget = Tensor.Ones([16]) * -1; // dissimilar

        Tensor all1 = Tensor.Cat([positive1, negative1], 0);
        Tensor all2 = Tensor.Cat([positive2, negative2], 0);
        Tensor allTarget = Tensor.Cat([positiveTarget, negativeTarget], 0);
        Tensor loss = new CosineEmbeddingLoss(0.0).Forward(all1, all2, allTarget);

        return loss.Item();
    }

    /// <summary>Face recognition: a margin of 0.25 leaves dissimilar faces alone once their cosine is below it.</summary>
    public static double TwoFaces()
    {
        var faceExtractor = new Sequential(new Flatten(), new Linear(32 * 32, 512));
        var cosineLoss = new CosineEmbeddingLoss(0.25);
        Tensor image1 = Tensor.Rand([1, 1, 32, 32]);
        Tensor image2 = image1 + (Tensor.Randn([1, 1, 32, 32]) * 0.1); // the same face, with noise

        Tensor face1 = faceExtractor.Forward(image1); // [1, 512]
        Tensor face2 = faceExtractor.Forward(image2);
        Tensor isSame = Tensor.From<long>([1]); // 1 for the same person, −1 for another
        Tensor loss = cosineLoss.Forward(face1, face2, isSame);
        loss.Backward(); // gradients of the extractor's weights

        return loss.Item();
    }

    /// <summary>Re-identification: one query against a gallery of a thousand, of which a hundred show the same person.</summary>
    public static double QueryAgainstGallery()
    {
        Tensor query = Tensor.Randn([256]);
        Tensor gallery = Tensor.Randn([1000, 256]);

        Tensor queryBatch = query.Unsqueeze(0).Expand(1000, 256); // a view: nothing is copied
        Tensor target = Tensor.Cat([Tensor.Ones([100]), Tensor.Ones([900]) * -1]);
        Tensor loss = new CosineEmbeddingLoss(0.1).Forward(queryBatch, gallery, target);

        return loss.Item();
    }
}
